import { type Edge, foundAs, kept } from './edge.ts';

const KEY = 'aB3dE5fG7hJ9kL2mN4pQ';
const PASSWORD = 'k7Xq2Lp9';
const AWS = 'HiAqNfy68Puis/PrQoBW9dXffT/kH/ntlOWC7LLf';

const found = foundAs('API_KEY');

/** Passwords by their names in other languages, keys in pairs and calls, and what signs at an end belong to. */
export const PASSWORD_EDGES: readonly Edge[] = [
  ...['Passwort: ', 'Kennwort: ', 'mot de passe : ', 'contraseña: ', 'contrasena=', 'senha: ', 'wachtwoord: ']
    .concat('пароль: ', '密码: ', 'パスワード: ')
    .concat('密码：', '密码 ： ', '密码＝', '密码是', 'パスワードは', 'password：')
    .map((before) => found(before, PASSWORD)),
  ...['Ort: ', 'de passe : '].map((before) => kept(`${before}${PASSWORD}`)),
  // Between quotes all signs are the value's, and some before a blank or the end.
  ...['%', '!', '.', '%!'].map((signs) => found('password = "', `${PASSWORD}${signs}`, '"')),
  found("password = '", `${PASSWORD}$^`, "'"),
  found('password: `', `${PASSWORD}!`, '`'),
  ...['%', '$', '^', '%$^%'].flatMap((signs) =>
    ['', ' ', '\n', '\r\n', '\t'].map((after) => found('password: ', `${PASSWORD}${signs}`, after)),
  ),
  ...['!', '.', '**', '%)', '"'].map((after) => found('password: ', PASSWORD, after)),
  found('password = "', PASSWORD, "!'"),
  // A long value ends before them.
  found('password = "', `${KEY.repeat(3)}aB3d`, '%"'),
  // A pair in a call, and a text that is made of one.
  ...['header("X-API-KEY", "', "header('api_key','", 'header(`api_key`, `'].map((before) => found(before, KEY)),
  ...['let api_key = String::from("', 'api_key=str("', "api_key = bytes('", 'api_key = []byte(`'].map((before) =>
    found(before, KEY),
  ),
  ...[`api_key, "${KEY}"`, `"api_key", ${KEY}`, `"api_key",  "${KEY}"`, `api_key = str(${KEY}`].map(kept),
  // No pairs, and calls that look something up.
  ...['["auth", "', '["password", "', 'auth = users.find("', 'secret = load("'].map((before) =>
    kept(`${before}${KEY}"`),
  ),
  kept('deploy("[REDACTED_API_KEY]", "4f1c2b9a7e3d5f60a1b2c3d4e5f60718293a4b5c")'),
  ...['| [REDACTED_TOKEN] | ', '"[REDACTED_API_KEY]": "', '[REDACTED_PRIVATE_KEY]: '].map((before) =>
    kept(`${before}${KEY}`),
  ),
  kept(`resenha: ${PASSWORD}`),
  // A cookie of Slack that was encoded twice.
  found('', `${'xo'}xd-${KEY}%252B${KEY}%252F${KEY}%253D`, ';'),
  found('', `AIza${'SyA1'.repeat(8)}Q4%2D`, ';'),
  // A secret key of AWS behind its name.
  ...['aws configure set aws_secret_access_key ', 'AWS Secret Access Key [None]: ', 'Secret access key\nada,,']
    .concat(`secret_access_key${' '.repeat(111)}`)
    .map((before) => found(before, AWS)),
  ...[`access key ${AWS}`, `secret_access_key${' '.repeat(112)}${AWS}`].map(kept),
];
