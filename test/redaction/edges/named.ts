import { drawn } from './drawn.ts';
import type { Edge } from './edge.ts';

const VALUE = drawn(20);
const found = (before: string): Edge => [`${before}${VALUE}`, `${before}[REDACTED_API_KEY]`];
const token = (before: string): Edge => [`${before}${VALUE}`, `${before}[REDACTED_TOKEN]`];
const kept = (before: string): Edge => [`${before}${VALUE}`, `${before}${VALUE}`];

const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');
const BLANKS = ' '.repeat(16);

/** What may stand between the name of a secret and its value, and what not. */
const NAMES: readonly Edge[] = [
  ...['api key=', 'api_key=', 'api-key=', 'api.key=', 'apikey=', 'API_KEY=', 'passwd=', 'credential=', 'credentials=']
    .concat('api_key_1=', 'api_key-12=', 'api_key123=')
    .map(found),
  ...[
    'api_key1234=',
    'public key=',
    'public_key=',
    'public-key=',
    'publickey=',
    'next token=',
    'next-token=',
    'nexttoken=',
  ]
    .concat('arn:1:secret:', 'api key')
    .map(kept),
  // Quotes, brackets and what makes it bold behind a name, four at most; then 16 blanks.
  ...['"api_key": ', "'api_key': ", '`api_key`: ', String.raw`\"api_key\": `, "['api_key'] = ", '*api_key*: ']
    .concat('_api_key_: ', 'api_key"]**=', `api_key${BLANKS}=`, 'api_key%22=', 'api_key%22%3A%22')
    .map(found),
  ...['api_key"]***=', `api_key${BLANKS} =`].map(kept),
  // Signs.
  ...[
    'api_key=>',
    'api_key:= ',
    'api_key is: ',
    'api_key is ',
    '<api_key>',
    'api_key (',
    'setApiKey("',
    "setApiKey('",
    'client["setToken"]("',
  ]
    .concat(
      'setApiKey(`',
      'name="api_key" value="',
      'name="api_key" value ="',
      'api_key | ',
      'api_key%3D',
      'api_key%3A',
    )
    .map(found),
  ...['api_key" >', 'api_key((', 'setApiKey(', 'api_keyis ', 'api_key, '].map(kept),
  // What makes it bold behind a sign, three blanks, and what makes the value bold.
  ...[
    '**api_key:** ',
    '***api_key:*** ',
    '__api_key:__ ',
    'api_key:   ',
    'api_key:%20',
    'api_key: **',
    'api_key: ***',
  ].map(found),
  ...['api_key:**** ', 'api_key:    '].map(kept),
  ...[
    'api_key: "',
    "api_key: '",
    'api_key: `',
    String.raw`api_key: \"`,
    'api_key=%22',
    'api_key=%27',
    'api_key: base64:',
  ].map(found),
  ...['api_key: ""', 'api_key: see '].map(kept),
  // A value in a list or a fence below.
  ...[
    '- ',
    '* ',
    '+ ',
    '> ',
    '>',
    '- "',
    "- '",
    '- `',
    '- **',
    '1. "',
    '-\t',
    '-   ',
    '1. ',
    '12. ',
    '1) ',
    '1.\t',
    '1.   ',
  ].map((sign) => found(`api_key:\n${sign}`)),
  ...['-    ', '123. ', '1.    ', '1, '].map((sign) => kept(`api_key:\n${sign}`)),
  ...['```\n', '~~~\n', '```abcdefghijkl\n', '```\r\n', '```\n    ', '```\n\t'].map((fence) =>
    found(`api_key:\n${fence}`),
  ),
  ...['``\n', '```abcdefghijklm\n', '```\n     '].map((fence) => kept(`api_key:\n${fence}`)),
  ...['**api_key:**  \n    * **`', `api_key:***    \n    *   ***\\"`, 'api_key:    \n    - ', 'api_key:\n\t- '].map(
    found,
  ),
  ...['api_key:     \n- ', 'api_key:\n     - '].map(kept),
];

/** What names a value behind a blank alone. */
const BLANK_NAMES: readonly Edge[] = [
  ...['api key ', 'api_key ', 'api-key ', 'apikey ', 'X-API-Key ', 'api_key  ', 'api_key "', "api_key '", 'api_key `']
    .concat('password ', 'passwd ', '-token ', '--token ', '--key ', '--pwd ', '--password ', '--passwd ')
    .concat('--db_password ', '--a-b-c-token ', '--abcdefghijkl-token ', '--access-token ', 'authorization: token ')
    .concat('authorization:token ', 'authorization:  key ', "authorization': 'token ", 'authorization": "key ')
    .map(found),
  ...['api_key   ', 'api_key ""', 'xapi_key ', 'x--token ', '---token ', 'token ', '--a-b-c-d-token ']
    .concat('--abcdefghijklm-token ', 'authorization:   token ', 'authorizations: token ', 'xauthorization: token ')
    .map(kept),
];

/** What names a token, and a name with its password. */
const SCHEMES: readonly Edge[] = [
  ...['bearer ', 'Bearer: ', 'bearer:   ', 'bearer%20', 'bearer:%20', 'bearer+', 'bearer%3A', 'bearer%3A%20'].map(
    token,
  ),
  ...['bearer    ', 'bearer, '].map(kept),
  ...['basic ', 'Basic: ', 'basic   ', 'basic%20', 'basic+'].flatMap((before): Edge[] => [
    [`${before}${base64('ada:secret')}`, `${before}[REDACTED_TOKEN]`],
    [`${before}${base64('ada:secret').replaceAll('=', '%3D')}`, `${before}[REDACTED_TOKEN]`],
    [`${before}${base64('ada:secret!')}`, `${before}[REDACTED_TOKEN]`],
    [`${before}${base64('ad\u{e9}:s\u{e9}cret')}`, `${before}[REDACTED_TOKEN]`],
  ]),
  ...['xbasic ', 'basic    '].map((before): Edge => {
    const text = `${before}${base64('ada:secret')}`;
    return [text, text];
  }),
  ...['ad\u{1}:secret', 'ada:sec\u{1}ret', ':secretsecret', 'adasecretsec'].map((plain): Edge => {
    const text = `basic ${base64(plain)}`;
    return [text, text];
  }),
  ['basic YWRhOnB3===', 'basic YWRhOnB3==='],
];

const ID = `${'AK'}IAQ3EXAMPLE7TESTKE`;
const pair = (between: string): Edge => [
  `${ID}${between}${drawn(40)}`,
  `[REDACTED_API_KEY]${between}[REDACTED_API_KEY]`,
];

/** The same in capitals, below a fence with a word, and at the edges of all. */
const FURTHER: readonly Edge[] = [
  ...['API_KEY ', '--TOKEN ', 'PASSWORD ', 'api_key:\r\n', String.raw`api_key:   ***\"`].map(found),
  ...['```JSON\n', '```json\r\n', '~~~json\n    '].map((fence) => found(`api_key:\n${fence}`)),
  ...['api_key and ', 'api_key:\n. ', 'api_key: ****'].map(kept),
  ['passwd=aB3aB444', 'passwd=[REDACTED_API_KEY]'],
  token('BEARER '),
  ...['BASIC ', 'basic: '].map((before): Edge => [`${before}${base64('ada:>>>???')}`, `${before}[REDACTED_TOKEN]`]),
  [`basic ${base64('adalovelace:')}`, 'basic [REDACTED_TOKEN]'],
  ...[`!${base64('ada:secret')}`, base64('ada:p'), base64('\u{1}ad:secret')].map((value): Edge => {
    const text = `basic ${value}`;
    return [text, text];
  }),
];

/** Secrets known by what stands before them. */
export const NAMED_EDGES: readonly Edge[] = [
  ...FURTHER,
  ...NAMES,
  ...BLANK_NAMES,
  ...SCHEMES,
  // The address of a contract.
  [`token: 0x${'4d6C12'.repeat(6)}aeb1`, `token: 0x${'4d6C12'.repeat(6)}aeb1`],
  [`token: 0x${'4d6C12'.repeat(6)}aeb1f`, 'token: [REDACTED_API_KEY]'],
  [`token: a0x${'4d6C12'.repeat(6)}aeb1`, 'token: [REDACTED_API_KEY]'],
  // A secret key of AWS stands within 128 characters behind the beginning of its id.
  pair(String.raw`\n`),
  pair(` ${'. '.repeat(53)} `),
  [`${ID} ${'. '.repeat(54)} ${drawn(40)}`, `[REDACTED_API_KEY] ${'. '.repeat(54)} ${drawn(40)}`],
  // Not behind an id that is longer, nor within what goes on before it.
  ...[`${ID}X ${drawn(40)}`, `${ID}7 ${drawn(40)}`].map((text): Edge => [text, text]),
  [`${ID} a/${drawn(40)}`, `[REDACTED_API_KEY] a/${drawn(40)}`],
];
