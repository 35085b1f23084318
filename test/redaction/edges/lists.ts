import { drawn } from './drawn.ts';
import { type Edge, foundAs, kept } from './edge.ts';

const KEY = drawn(32);
const UUID = '3f2a9c0d-1e4b-4c8a-9d7e-5b6f7a8c9d0e';
const LABEL = '[REDACTED_API_KEY]';
const long = ' '.repeat(16);
const token = foundAs('TOKEN');

/** A second key, behind the first and what stands between them. */
const second = (between: string, before = 'api_key=', after = ''): Edge => [
  `${before}${KEY}${between}${KEY}${after}`,
  `${before}${LABEL}${between}${LABEL}${after}`,
];
/** The same where only the first is one. */
const other = (between: string, what = KEY, before = 'api_key=', after = ''): Edge => [
  `${before}${KEY}${between}${what}${after}`,
  `${before}${LABEL}${between}${what}${after}`,
];

/** Keys of a list of which only the first has a name before it. */
const ENTRIES: readonly Edge[] = [
  ...['","', '", "', '",\n  "', `",${long}"`].map((between) => second(between, '"api_keys": ["', '"]')),
  second("', '", "tokens = ['", "']"),
  second('`, `', 'secrets: [`', '`]'),
  second(','),
  ...['\n- ', '\r\n- ', '\n  * ', `\n${long}-   `].map((between) => second(between, 'api_keys:\n  - ')),
  ...['"\n  - "', '",\n- "', '"\n\t-\t"', `",\r\n${long}-   "`].map((between) =>
    second(between, 'api_keys:\n  - "', '"'),
  ),
  ...["'", '`'].map((quote) => second(`${quote}\n- ${quote}`, `api_keys:\n  - ${quote}`, quote)),
  // Of any length, padded, and a UUID that has more to it.
  [`api_keys=${KEY}${KEY}${KEY},${KEY}`, `api_keys=${LABEL},${LABEL}`],
  ...[`${KEY}==`, `k-${UUID}`, `${UUID}-x1`].map((key): Edge => [`api_key=${KEY},${key}`, `api_key=${LABEL},${LABEL}`]),
  [`API_KEYS=${KEY},${KEY},${KEY}`, `API_KEYS=${LABEL},${LABEL},${LABEL}`],
  kept(`api_keys: ${KEY},${KEY}`),
  [`AKIAIOSFODNN7ABCDEFG,${KEY}`, `${LABEL},${LABEL}`],
  [`Bearer ${KEY},${KEY}`, `Bearer [REDACTED_TOKEN],${LABEL}`],
  // What stands between is too far, or ends one list.
  ...[', ', ' ', ';', '\n', '\n\n- ', '\n-', '\n-    ', `\n${long} - `, ',\n'].map((between) => other(between)),
  ...[`",${long} "`, '", \'', '" "', '";"', '\n- "'].map((between) => other(between, KEY, 'api_key: "')),
  // A value by another name, and what something is found by.
  ...['request_id=', 'x-request-id=', '='].map((name) => other(',', `${name}${KEY}`)),
  ...[UUID, UUID.toUpperCase()].map((id) => other(',', id)),
  other(',', `/builds/${KEY}`),
  other(',', 'req_3f2a9c0d1e4b4c8a9d7e'),
  other(',', 'the-quick-brown-fox-jumps'),
  // Behind another secret, and behind none.
  [`4111111111111111,${KEY}`, `[REDACTED_CARD],${KEY}`],
  kept(`first,${KEY}`),
];

const ID = 'MTA0NzM2OTI4MTUzNjQ4MjA3';
const [STAMP, SIGNATURE] = ['GxYz12', 'kRz3pVqN8wXbT5mLc7sYd2hJf9g'];

const DISCORD: readonly Edge[] = [
  ...['', 'the bot signs in with ', 'client.login("'].map((before) => token(before, `${ID}.${STAMP}.${SIGNATURE}`)),
  token('bot ', `${ID}.${STAMP}.${SIGNATURE}${SIGNATURE}`, ' runs'),
  token('', `${ID.slice(0, -1)}.${STAMP}.${SIGNATURE}`),
  token('', `${ID}w-_.${STAMP}.${SIGNATURE}`),
  ...['NjA0', 'OTk5', 'ODE1', 'MTAw', 'MTAx', 'MTAy', 'MTAz'].map((begin) =>
    token('', `${begin}${ID.slice(4)}.${STAMP}.${SIGNATURE}`),
  ),
  ...[
    `${ID.slice(0, -2)}.${STAMP}.${SIGNATURE}`,
    `${ID}wxyz.${STAMP}.${SIGNATURE}`,
    `${ID}.${STAMP}3.${SIGNATURE}`,
    `${ID}.${STAMP.slice(1)}.${SIGNATURE}`,
    `${ID}.${STAMP}.${SIGNATURE.slice(1)}`,
    `${ID}.${STAMP}-${SIGNATURE}`,
    `L${ID.slice(1)}.${STAMP}.${SIGNATURE}`,
    `Ma${ID.slice(2)}.${STAMP}.${SIGNATURE}`,
    `MTB${ID.slice(3)}.${STAMP}.${SIGNATURE}`,
    `MTAv${ID.slice(4)}.${STAMP}.${SIGNATURE}`,
  ].map(kept),
];

const found = foundAs('API_KEY');
/** As base64 has it. */
const DENSE = 'aB3dE6gH9jK2mN5pQ8sT';

/** Keys in sentences that tell of them. */
const SENTENCES: readonly Edge[] = [
  ...[
    'use token ',
    'Using the key ',
    'with api key ',
    'my secret ',
    'your password `',
    'our access token "',
    'this auth token ',
  ]
    .concat('the bearer token ', 'new secret key ', 'use key ', 'your api key ', 'with auth token ', 'this key ')
    .concat(
      'using key ',
      'with key ',
      'your key ',
      'this auth key ',
      'my key `',
      "our secret '",
      'MY KEY ',
      'the TOKEN ',
      'THE SECRET ',
      'the PASSWORD ',
      'The key IS ',
    )
    .concat('my access secret ', 'our password ')
    .map((before) => found(`Please, ${before}`, DENSE)),
  ...[
    'key is ',
    'password we use is ',
    'key I gave is ',
    'key unbelievable is ',
    'token that we gave you is ',
    "secret here's what it is ",
  ].map((before) => found(`The ${before}`, DENSE)),
  found('use token ', DENSE, ', and ask again.'),
  found('THE API KEY IS ', 'a1b2c3d4e5f6a7b8c9d0'),
  ...[
    'next token ',
    'use tokens ',
    'cause token ',
    'use token\n',
    'the cache key ',
    'the key you may not need it is ',
    'key  is ',
    'the key international is ',
    'the key 2 is ',
  ].map((before) => kept(`${before}${DENSE}`)),
  ...['use token ', 'the key '].flatMap((before) =>
    [DENSE.slice(1), UUID, KEY.toLowerCase().slice(0, 15), 'getDefaultStringValue'].map((value) =>
      kept(`${before}${value}`),
    ),
  ),
];

export const LIST_EDGES: readonly Edge[] = [...ENTRIES, ...DISCORD, ...SENTENCES];
