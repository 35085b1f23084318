import { expect, it } from 'vitest';
import { REDACTION_CLASSES } from '../../lib/redaction/classes.ts';
import { createRedactor, redact } from '../../lib/redaction/redactor.ts';

const streamed = (text: string): string => {
  const redactor = createRedactor(REDACTION_CLASSES);
  return Array.from(text, (char) => redactor.push(char)).join('') + redactor.end();
};

/** Where a form begins to be one and where it ends: of each pair of neighbours one is a secret and the other is not. */
const EDGES: readonly (readonly [text: string, redacted: string])[] = [
  // A card before a fraction of zeros, and a number with another fraction.
  ['4111111111111111.00', '[REDACTED_CARD].00'],
  ['4111111111111111.005', '4111111111111111.005'],
  ['4111111111111111.', '[REDACTED_CARD].'],
  // Before a word.
  ['4111111111111111-visa', '[REDACTED_CARD]-visa'],
  ['4111111111111111_visa', '[REDACTED_CARD]_visa'],
  ['4111111111111111-xy', '4111111111111111-xy'],
  ['4111111111111111xvisa', '4111111111111111xvisa'],
  // Of 13 to 19 digits with a right check digit, behind a word that names it.
  ['card 711111111110', 'card 711111111110'],
  ['card 7111111111116', 'card [REDACTED_CARD]'],
  ['card 4111111111111111110', 'card [REDACTED_CARD]'],
  ['card 41111111111111111115', 'card 41111111111111111115'],
  ['DE89370400440532013000.', '[REDACTED_IBAN].'],
  ['DE89370400440532013000A', 'DE89370400440532013000A'],
  ['123-45-6789', '[REDACTED_SSN]'],
  ['-123-45-6789', '-123-45-6789'],
  ['a_123-45-6789', 'a_123-45-6789'],
  ['1.123-45-6789', '1.123-45-6789'],
  ['123-45-67890', '123-45-67890'],
  // Of 9 to 15 digits behind a word that names it.
  ['phone: 41555501', 'phone: 41555501'],
  ['phone: 415555012', 'phone: [REDACTED_PHONE]'],
  ['phone: 415555012345678', 'phone: [REDACTED_PHONE]'],
  ['phone: 4155550123456789', 'phone: 4155550123456789'],
  ['phone: 4155550123.5', 'phone: 4155550123.5'],
  // Of at most 15 digits behind a plus (E.164).
  ['+2345678', '+2345678'],
  ['+23456789', '[REDACTED_PHONE]'],
  ['+491512345678901', '[REDACTED_PHONE]'],
  ['+4915123456789012', '+4915123456789012'],
  ['+49 (1) 2345 678', '[REDACTED_PHONE]'],
  ['+49 (1234) 567 890', '[REDACTED_PHONE]'],
  ['+49 (12345) 678 901', '+49 (12345) 678 901'],
  ['030/12345678', '[REDACTED_PHONE]'],
  ['030/123456789', '030/123456789'],
  ['004930123456789012', '004930123456789012'],
  // Where another group follows, it is another number.
  ['(415) 555-0123 now', '[REDACTED_PHONE] now'],
  ['(415) 555-0123 4', '(415) 555-0123 4'],
  ['(415) 555-0123-4', '(415) 555-0123-4'],
  // RFC 5321, 4.5.3.1: the name of a mailbox has 64 characters at most, a label of a domain 63.
  [`${'a'.repeat(64)}@example.com`, '[REDACTED_EMAIL]'],
  [`${'a'.repeat(65)}@example.com`, `${'a'.repeat(65)}@example.com`],
  [`a@${'b'.repeat(63)}.com`, '[REDACTED_EMAIL]'],
  [`a@${'b'.repeat(64)}.com`, `a@${'b'.repeat(64)}.com`],
  ['a@-b.com', 'a@-b.com'],
  ['a@b-.com', 'a@b-.com'],
  ['a@b.c', 'a@b.c'],
  ['a@b.de', '[REDACTED_EMAIL]'],
  [`a@b.${'c'.repeat(24)}`, '[REDACTED_EMAIL]'],
  [`a@b.${'c'.repeat(25)}`, `a@b.${'c'.repeat(25)}`],
  ['a@b.xn--p1ai', '[REDACTED_EMAIL]'],
  ['a@b.xn--c', 'a@b.xn--c'],
  ['a%40example.com', '[REDACTED_EMAIL]'],
  ['%40example.com', '%40example.com'],
  ['a@b.com--', '[REDACTED_EMAIL]--'],
  ['..ada@example.com', '..[REDACTED_EMAIL]'],
  // Behind a line break that is written out, whose letter stays.
  [String.raw`\nada@example.com`, String.raw`\n[REDACTED_EMAIL]`],
  [String.raw`so\tada@example.com`, String.raw`so\t[REDACTED_EMAIL]`],
  [String.raw`\n@example.com`, String.raw`\[REDACTED_EMAIL]`],
];

const ID = `${'AK'}IAQ3EXAMPLE7TESTKE`;

/** Drawn at random, so many characters. */
const drawn = (length: number): string => 'aB3dE5fG7hJ9kL2mN4pQ6rS8tU1vW3xY5zA7bC9d'.slice(0, length);

/** What a key begins with, how many characters there are behind it at least, and its label. */
const LENGTHS: readonly (readonly [before: string, least: number, label?: string])[] = [
  ['sk_live_', 16],
  ['xoxb-1', 19],
  ['whsec_', 24],
  ['AIza', 35],
  ['ya29.', 24, 'TOKEN'],
  ['1//0', 40, 'TOKEN'],
  ['4/0A', 40, 'TOKEN'],
  ['sk-', 20],
  ['ghp_', 36],
  ['https://hooks.slack.com/services/', 24],
];

/** The same where only what stands behind the words is one. */
const BEHIND: readonly (readonly [before: string, least: number, label?: string])[] = [
  ['api_key=', 16],
  ['authorization:token ', 16],
  ['--token ', 16],
  ['Bearer ', 16, 'TOKEN'],
  ['password=', 8],
];

const byLength = LENGTHS.flatMap(([before, least, label = 'API_KEY']): [string, string][] => [
  [`${before}${drawn(least)}`, `[REDACTED_${label}]`],
  [`${before}${drawn(least - 1)}`, `${before}${drawn(least - 1)}`],
]);
const behind = BEHIND.flatMap(([before, least, label = 'API_KEY']): [string, string][] => [
  [`${before}${drawn(least)}`, `${before}[REDACTED_${label}]`],
  [`${before}${drawn(least - 1)}`, `${before}${drawn(least - 1)}`],
]);

const KEYS: readonly (readonly [text: string, redacted: string])[] = [
  // Exactly 16 characters.
  [`${'AK'}IA${'A'.repeat(17)}`, `AKIA${'A'.repeat(17)}`],
  // Another first character, another name, another sign.
  [`xoxb-a${drawn(19)}`, `xoxb-a${drawn(19)}`],
  [`next_token=${drawn(16)}`, `next_token=${drawn(16)}`],
  [`token ${drawn(16)}`, `token ${drawn(16)}`],
  // Letters and digits have to take turns within a part of eight characters.
  ['api_key=some-words-a1b2c3d4', 'api_key=[REDACTED_API_KEY]'],
  ['api_key=some-words-a1b2c3d', 'api_key=some-words-a1b2c3d'],
  ['api_key=some-words-abcde123', 'api_key=some-words-abcde123'],
  ['api_key=ABCDEF0123456789', 'api_key=[REDACTED_API_KEY]'],
  ['api_key=abcdefgh12345678', 'api_key=abcdefgh12345678'],
  ['password=aaBB3344', 'password=aaBB3344'],
  // A secret key of AWS has 40 characters, is known by the id before it, and is no hash.
  [`${ID} ${drawn(40)}`, '[REDACTED_API_KEY] [REDACTED_API_KEY]'],
  [`${ID} ${drawn(39)}`, `[REDACTED_API_KEY] ${drawn(39)}`],
  [`${ID} ${drawn(40)}x`, `[REDACTED_API_KEY] ${drawn(40)}x`],
  [`${ID} ${drawn(40)}=`, `[REDACTED_API_KEY] ${drawn(40)}=`],
  [`${ID} ${'4d6C12'.repeat(6)}aeb1`, `[REDACTED_API_KEY] ${'4d6C12'.repeat(6)}aeb1`],
  [drawn(40), drawn(40)],
  // A name and a password in base64: `ada:pw`, and `adaada`.
  ['basic YWRhOnB3', 'basic [REDACTED_TOKEN]'],
  ['basic YWRhYWRh', 'basic YWRhYWRh'],
  ['basic YTpw', 'basic YTpw'],
  // A password in an address has a scheme before it, eight characters, letters and digits, and a host behind it.
  ['postgres://app:abcdef12@db', 'postgres://app:[REDACTED_API_KEY]@db'],
  ['POSTGRES://APP:ABCDEF12@DB', 'POSTGRES://APP:[REDACTED_API_KEY]@DB'],
  ['postgres://:abcdef12@db', 'postgres://:[REDACTED_API_KEY]@db'],
  ['pg://app:abcdef12@db', 'pg://app:[REDACTED_API_KEY]@db'],
  ['x://app:abcdef12@db', 'x://app:abcdef12@db'],
  ['postgres://app:abcde12@db', 'postgres://app:abcde12@db'],
  ['postgres://app:abcdef12@/x', 'postgres://app:abcdef12@/x'],
  ['postgres://app:abcdef12@ x', 'postgres://app:abcdef12@ x'],
  ['postgres://app:abcdef12', 'postgres://app:abcdef12'],
  // A private key is known by 16 characters behind its first line.
  [`-----BEGIN PRIVATE KEY-----\n${drawn(16)}`, '[REDACTED_PRIVATE_KEY]'],
  [`-----BEGIN PRIVATE KEY-----\n${drawn(15)}`, `-----BEGIN PRIVATE KEY-----\n${drawn(15)}`],
  [`-----BEGIN PUBLIC KEY-----\n${drawn(16)}`, `-----BEGIN PUBLIC KEY-----\n${drawn(16)}`],
];

it.each([...EDGES, ...byLength, ...behind, ...KEYS])('%s', (text, redacted) => {
  expect(redact(text, REDACTION_CLASSES)).toBe(redacted);
  expect(streamed(text)).toBe(redacted);
});
