import { drawn } from './drawn.ts';
import { type Edge, kept } from './edge.ts';

const KEY = drawn(32);
const token = (before: string): Edge => [`${before}${KEY}`, `${before}[REDACTED_TOKEN]`];
const found = (before: string): Edge => [`${before}${KEY}`, `${before}[REDACTED_API_KEY]`];

/** The schemes of a header, however they are written, and options of commands. */
export const SCHEME_EDGES: readonly Edge[] = [
  ...[
    'Bearer `',
    'Bearer "',
    "Bearer '",
    'Bearer <',
    '**Bearer** ',
    '`Bearer` ',
    '"Bearer": "',
    '"bearer": "',
    "'Bearer ' + '",
  ]
    .concat('"Bearer " . "', '("Bearer", "', "('bearer','", "'Bearer' '", '`Bearer `+`')
    .filter((before) => before !== "'Bearer' '")
    .concat(
      ...[...'"\'`'].map((quote) => [`Bearer${quote} `, `Bearer ${quote} + ${quote}`, `Bearer${quote},${quote}`]),
      '"bearer":"',
    )
    .map(token),
  ...['Bearer ""', '***Bearer*** ', 'Bearer "a", "'].map((before) => kept(`${before}${KEY}`)),
  ...['Authorization: ', '"Authorization": "', 'authorization=', 'Authorization: SSWS ', 'Authorization: GenieKey ']
    .concat(
      'Authorization: Splunk ',
      'requirepass ',
      'AUTH ',
      "sshpass -p '",
      'twilio auth token ',
      'client-secret ',
      'CLIENT_SECRET ',
      '--token\t',
    )
    .map(found),
  ...['we auth ', 'we AUTH ', 'Authorization: abcdefkey '].map((before) => kept(`${before}${KEY}`)),
  ['authorization=Basic+YWRhOnNlY3JldDE2', 'authorization=Basic+[REDACTED_TOKEN]'],
  ['basic dXNlcjpraw==', 'basic [REDACTED_TOKEN]'],
  ...['"authorization":       "basic ', 'authorizationbasic ', 'authorization: basic is basic '].map((before) =>
    kept(`${before}InputTokens`),
  ),
  // Words that happen to be base64 of a name and a password.
  ...['Basic SFNT/TrueType', 'basic InputTokens', 'basic orderTotal'].map(kept),
  ...['Authorization: Basic ', "'authorization', 'basic ", 'authorization=Basic ', '"Authorization":     "Basic '].map(
    (before): Edge => [`${before}InputTokens`, `${before}[REDACTED_TOKEN]`],
  ),
];
