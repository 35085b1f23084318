import { drawn } from './drawn.ts';
import { type Edge, kept } from './edge.ts';

const KEY = drawn(32);
const PASSWORD = 'k7Xq2Lp9';
const UUID = '3fa9c0d1-e2b4-4c5d-8e6f-7a8b9c0d1e2f';
const found = (before: string, after = ''): Edge => [`${before}${KEY}${after}`, `${before}[REDACTED_API_KEY]${after}`];

/** A variable with its type, and where it gets its value from. */
const DECLARED: readonly Edge[] = [
  ...['const apiKey: string = "', 'api_key: str = "', 'API_KEY: Final[str] = "', 'let apiKey: String = "']
    .concat('let api_key: &str = "', 'var apiKey string = "', 'char api_key[] = "', 'char api_key[64] = "')
    .concat('std::string api_key{"', 'api_key, _ := "', 'api_key, err := "', 'api_key <- "', 'api_key: str | None = "')
    .concat('apiKey: string|null = "', 'api_key: String? = "', 'api_key:str="')
    .concat('apiKey: Map<string, string> = "', 'apiKey: Foo_1.Bar2:Baz = "', "apiKey{'", 'apiKey{`', 'apiKey("')
    .concat('process.env.API_KEY || "', "process.env.API_KEY ?? '", 'process.env.API_KEY||`', 'api_key, _:="')
    .concat(
      `api_key: a${'ae'.repeat(12)} = "`,
      `api_key: F[${'b'.repeat(24)}] = "`,
      `api_key: a | ${'b'.repeat(12)} = "`,
    )
    .map((before) => found(before, '"')),
  ...[`api_key: ae${'ae'.repeat(12)} = "`, `api_key: F[${'b'.repeat(25)}] = "`, `api_key: a | ${'b'.repeat(13)} = "`]
    .concat('api_key[12345] = "', 'api_key{', 'api_key, a := "', 'api_key || ', 'api_key: F<> = "')
    .map((before) => kept(`${before}${KEY}"`)),
];

/** A name and a value, each in its own place. */
const PAIRS: readonly Edge[] = [
  ...['- name: DB_PASSWORD\n  value: "', '{"name":"API_KEY","value":"', '{"key": "API_KEY", "value": "']
    .concat(
      '{\n  "Name": "API_KEY",\n  "Value": "',
      'name: API_KEY\n                value: ',
      "'name': 'api_key', 'value': '",
    )
    .concat(String.raw`{\"name\": \"API_KEY\", \"value\": \"`, 'ParameterKey=ApiKey,ParameterValue=')
    .concat(
      '<entry key="apiKey">',
      '<string name="api_key">',
      "<string name='api_key'>",
      '<meta name="api-key" content="',
    )
    .concat('<key>ApiKey</key>\n<string>', '<name>api_key</name>\n<value>', '<key>apiKey</key><string>')
    .concat('<meta name="api-key" content ="')
    .map((before) => found(before)),
  ...['<b class="token">', '<key>ApiKey</key>\n<data>', '"API_KEY", "note": "'].map((before) =>
    kept(`${before}${KEY}`),
  ),
];

/** Blocks and lists, also on lines of their own. */
const BLOCKS: readonly Edge[] = [
  ...['password: |\n  ', 'password: >-\n  ', 'api_key: |-\n  ', 'api_key: |\r\n  ', 'api_key: >\n ', 'api_key: |\n\t']
    .concat(`api_key: |\n${' '.repeat(16)}`, '{"api_key": ["', 'api_key: [', 'api_keys:\n  - ', 'tokens = ["')
    .concat('"api_keys": [\n    "', `api_key: [${' '.repeat(16)}`, 'API key:\n\n    ', `api_key:\n${' '.repeat(8)}`)
    .concat('api_key:  \n\t')
    .map((before) => found(before)),
  ...[`api_key: |\n${' '.repeat(17)}`, 'api_key: |\n', 'api_key: |+\n  ', `api_key: [${' '.repeat(17)}`]
    .concat('tokenss = ')
    .map((before) => kept(`${before}${KEY}`)),
];

/** Other signs, names and languages. */
const WORDS: readonly Edge[] = [
  ...[
    'API key → ',
    'API key - ',
    'API key – ',
    'API key — ',
    'API key\n',
    'API Key,',
    'auth_token -> ',
    '## API key\r\n',
  ]
    .concat("config.set('secret', '", 'set("db.token","', '**API key**\n', 'Your API key\n', '\n# Your API key\n')
    .map((before) => found(before)),
  ...['API-Schlüssel lautet ', 'la clé API est ', 'clave de API: ', 'chave de API: ', 'API-ключ: ', 'API 密钥：']
    .concat('API密钥：', 'Der API Schlüssel lautet: ', 'Der API-Schlüssel ist ', 'la clave de API es: ')
    .map((before) => found(before)),
  ...[
    'consumer_key=',
    'hmac_key=',
    'license_key: ',
    'Ocp-Apim-Subscription-Key: ',
    'MAILGUN_KEY=key-',
    '?sig=',
    '&sig=',
  ].map((before): Edge => {
    const name = before.replace('key-', '');
    return [`${before}${KEY}`, `${name}[REDACTED_API_KEY]`];
  }),
  ...[
    'DB_PASS=',
    'PASS=',
    'pass: ',
    'ssh_pass=',
    'Das Passwort lautet ',
    'La contraseña es: ',
    'パスワードは「',
    '비밀번호: ',
  ]
    .concat('hasło: ', 'şifre: ', 'Lösenord: ', 'heslo: ', 'adgangskode: ', 'salasana: ', 'parola: ', 'كلمة المرور: ')
    .concat('סיסמה: ')
    .map((before): Edge => [`${before}${PASSWORD}`, `${before}[REDACTED_API_KEY]`]),
  ...['bypass: ', 'compass='].map((before) => kept(`${before}${PASSWORD}`)),
  ...['sig=', 'token\n', 'API key, ', 'fix the turkey\n', 'auth-'].map((before) => kept(`${before}${KEY}`)),
];

/** Where something is, and what it is found by. */
const MAILBOXES: readonly Edge[] = ['user7f3e9c1d2b@example.com', 'u-s.er+_7f3e9c1d2b@mail.my-example.com'].map(
  (address) => [`auth: ${address}`, 'auth: [REDACTED_EMAIL]'],
);

/** What stands beside those forms. */
const BESIDE: readonly Edge[] = [
  ...[
    '["X-API-Key", "',
    "'tokens':['",
    '`tokens` : [`',
    '"tokens": ["',
    '{"api_key":["',
    "['api_key','",
    '[`api_key`, `',
    "set('token','",
    'set(`token`, `',
    'verify(token, "',
  ]
    .concat(
      `set("${'b'.repeat(25)}token", "`,
      'key: Foo<T>, apiKey: Foo<T> = "',
      'api_key: a | b = "',
      'k, api_key[1234]="',
    )
    .concat('api_key,_:= "', `<name>token</name>${' '.repeat(16)}<value>`, `<a name="${'b'.repeat(30)}-api_key">`)
    .concat('api_key: >-\r\n  ', 'API-SCHLÜSSEL LAUTET ', 'API KEY\n', 'CLIENT_SECRET = ', 'api_key =\t["')
    .concat(
      '"token" value=',
      'token\n\n\n                 value: ',
      `${'a'.repeat(19)} api key\n`,
      `${'a'.repeat(16)} my api key,`,
    )
    .concat('api key**\n', 'tell me the api key,')
    .map((before) => found(before)),
  ...[
    'verify(token, ',
    'inputTokens: ',
    'tokens=',
    `set("${'b'.repeat(26)}token", "`,
    'api_key: a | = "',
    'token- ',
    'token –',
    'token -',
    'tokenist ',
  ]
    .concat(
      `<name>token</name>${' '.repeat(17)}<value>`,
      `<a name="${'b'.repeat(31)}-api_key">`,
      'token, parametervvalue=',
    )
    .concat('mon API est ', 'de API est ', 'xparola: ', 'المرور: ', 'api_key-=', 'a. api key\n', 'a. api key,')
    .concat(`${'a'.repeat(20)} api key\n`, 'api_key:\n\n\n\n', `api_key:\n${' '.repeat(9)}`, 'api_key  [')
    .map((before) => kept(`${before}${KEY}`)),
  [`image: a/b: api_key=${KEY}`, 'image: a/b: api_key=[REDACTED_API_KEY]'],
  ...[
    `token: ${UUID}`,
    `token:${UUID}-1`,
    `client_token:${UUID}`,
    'token:3fa9c0d1-e2b4-4c5d-7a8b9c0d1e2f',
    `token:${KEY}`,
  ].map((text): Edge => [text, text.replace(/:( ?).*/, ':$1[REDACTED_API_KEY]')]),
  // Beside a path, a pod, an address and a scheme.
  ...[`abc/${KEY}`, `/ab/${KEY}`, `aB3dE5/abcd/${KEY}`, `Abcd/${KEY}`, `~~/abcd/${KEY}`, `abcd${KEY}`]
    .concat(
      'A1-a-3f9c2b1d-x7k2p',
      '-3fa9c0d1e2-x7k2p',
      'api-3f9c2b1d4e5-x7k2p',
      'api-3f9c2b1d-x7k2',
      'api-3f9c2b1d-x7k2pq',
    )
    .concat(`${KEY}@db1`, `!${KEY}@db`, 'k7f3e9c1d2b4a@db1X', `${KEY}bearer+a`)
    .map((value): Edge => [`api_key=${value}`, 'api_key=[REDACTED_API_KEY]']),
  ...['/abc/', '~/abc/'].map((path) => kept(`api_key=${path}${KEY}`)),
  ...['api-3f9c2b1d-x7k2p', 'my-api-3f9c2b1d4e-x7k2p'].map((pod) => kept(`api_key=${pod}`)),
];

const REFERENCES: readonly Edge[] = [
  'PWD=/builds/acme/api-7f3e9c1d',
  'OLDPWD=/var/lib/jenkins/workspace/build_a1b2c3d4',
  'secret: ~/keys/build_a1b2c3d4',
  'secret: ../keys/build_a1b2c3d4',
  'secret: projects/1/secrets/db-pass-a1b2c3d4/versions/1',
  'secret=alias/my-key-7f3e9c1d2b',
  'auth: auth-service-7f3e9c1d2b-x7k2p',
  'ghcr.io/acme/auth:sha-7f3e9c1d2b5a7f3e',
  'image: registry/auth:7f3e9c1d2b5a7f3e',
  'docker pull acme/token:20261129-7f3e9c1d2b',
  'acme/my.own-auth:7f3e9c1d2b5a7f3e',
  `auth:${UUID}`,
  `GET "token:${UUID}"`,
  `a:token:${UUID}`,
].map(kept);

export const DECLARED_EDGES: readonly Edge[] = [
  ...DECLARED,
  ...PAIRS,
  ...BLOCKS,
  ...WORDS,
  ...BESIDE,
  ...MAILBOXES,
  ...REFERENCES,
];
