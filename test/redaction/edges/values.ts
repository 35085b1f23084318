import { drawn } from './drawn.ts';
import type { Edge } from './edge.ts';

const VALUE = drawn(20);
const found = (value: string, name = 'api_key'): Edge => [`${name}=${value}`, `${name}=[REDACTED_API_KEY]`];
const kept = (value: string, name = 'api_key'): Edge => [`${name}=${value}`, `${name}=${value}`];
const until = (value: string, rest: string): Edge => [`api_key=${value}${rest}`, `api_key=[REDACTED_API_KEY]${rest}`];

/** Where a value behind a name ends. */
const ENDS: readonly Edge[] = [
  until(VALUE, '?a=1'),
  until(VALUE, '&a=1'),
  until(VALUE, '&amp;x'),
  until(`${VALUE}&a`, ':b'),
  found(`${VALUE}@a=1`),
  found(`${VALUE}&=x`),
  until(VALUE, `&${'a'.repeat(32)}=1`),
  found(`${VALUE}&${'a'.repeat(33)}=1`),
  until(drawn(40).repeat(3), `&${'a'.repeat(32)}=1`),
  until(VALUE, '. Then'),
  found('aB3dE5!!!!fG7hJ9kL2m'),
  kept('aB3dE5!!!!!fG7hJ9kL2m'),
  found(drawn(40).repeat(3)),
  found(`${drawn(40)}${drawn(23)}.${drawn(8)}`),
  until(drawn(40).repeat(3), '%20x'),
  ...[...'!#@^&?'].map((sign) => found(`${sign}${VALUE}`)),
  ...['(x)', '[0]'].map((call) => kept(`${VALUE}${call}`)),
  // No call has a name of 64 characters.
  kept(`${drawn(40)}${drawn(23)}(old)`),
  until(drawn(40) + drawn(24), '(old)'),
  ...['09', '0A', '0D', '20', '22', '26', '27', '29', '2C', '3B', '3C', '3E', '5D', '7B', '7C', '7D', '0d'].map(
    (code) => until(VALUE, `%${code}x`),
  ),
  found(`${VALUE}%2Bx`),
];

/** Letters and digits within a part that take turns. */
const MIXED: readonly Edge[] = [
  ...['ab1cde2f', 'ab12cdef', '1abc2def', 'ab9cde9f', '1abcdef2', '9abcdef9'].map((part) =>
    found(`some-words-${part}`),
  ),
  ...['abcd1efg', '12abcdef', 'abcdef12'].map((part) => kept(`some-words-${part}`)),
  // All of it in hexadecimal.
  ...['1abcdefabcdefabc', 'a123456789012345', 'A123456789012345'].map((value) => found(value)),
  ...['abcdefabcdefabcd', '1234567890123456'].map((value) => kept(value)),
];

/** Capitals, small letters and digits that change at more than each third character, in at least 20 of them. */
const DENSE: readonly Edge[] = [
  ...['aB-3dE_5fG-7hJ_9kL-2', 'xYZWxyzXYZxyzXYZxY123'].map((value) => found(value)),
  ...['aB-3dE_5fG-7hJ_9kL-', 'AB-3D_5F-7H_9K-2M_4P', 'xyzXYZxyzXYZxyzXYZ123', 'xyzXYZxyzXYZxyXyz1234'].map((value) =>
    kept(value),
  ),
  ...[...'.!#$%&*@^?'].map((sign) => kept(`aB3-dE5-fG7${sign}hJ9-kL2-mN4`)),
  // With two different signs a password is shorter.
  ...[...'#$%&*@^?'].map((sign) => found(`aB3!dE5${sign}fG7!hJ9${sign}k`)),
  kept('aB3!dE5!fG7!hJ9!k'),
  // Behind the name of a password, each second character is of another kind, of all three.
  ...['a1b2c3d4', 'aB3aa444', 'YOURaB3dE5f'].map((value) => kept(value, 'password')),
  ...['aB3aB444'].map((value) => found(value, 'password')),
];

/** Letters alone, at least 20, that nobody could say. */
const LETTERS: readonly Edge[] = [
  found('bcdfgaeioubcdfgaeiou'),
  ...[...'bcdfghjklmnpqrstvwxz'].map((letter) => found(`aeiouaeiouaeiou${letter.repeat(5)}`)),
  // Not where three of four words of it can be said, nor where a third of the letters change.
  found('LranentXYesHTxqxqEnt'),
  ...['KeytEntemAnbcdlATPUn', 'ByRstkranUnUnbcdtrgHtI', 'HtByUngdxTpgkeyOfUnk', 'YesQelvJcFUnMystXqifmU'].map((value) =>
    kept(value),
  ),
  kept('HTrcbyBcdkeyZQcaniZok'),
  ...[
    'bcdfgaeioubcdfgaeio',
    'bcdfaeioubcdfaeioubc',
    'aeiouaeiouaeiouaeiou',
    '1bcdfgaeioubcdfgaeiou',
    'bcdfgaeioubcdfgaeiou1',
  ].map((value) => kept(value)),
];

/** What is filled in for a value. */
const PLACEHOLDERS: readonly Edge[] = [
  ...['a1b2xxxxxc3d4e5f6', 'a1b2c3d4**e5f6g7h8'].map((value) => found(value)),
  ...['a1b2xxxxxxc3d4e5f6', 'a1b2c3d4***e5f6g7h8', 'YOURa1b2c3d4e5f6'].map((value) => kept(value)),
];

/** What a value behind a name looks like, and where it ends. */
export const VALUE_EDGES: readonly Edge[] = [...ENDS, ...MIXED, ...DENSE, ...LETTERS, ...PLACEHOLDERS];
