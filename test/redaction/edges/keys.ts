import { ADDRESS_EDGES } from './addresses.ts';
import { drawn } from './drawn.ts';
import type { Edge } from './edge.ts';
import { NAMED_EDGES } from './named.ts';
import { PRIVATE_KEY_EDGES } from './private-keys.ts';
import { TOKEN_EDGES } from './tokens.ts';
import { VALUE_EDGES } from './values.ts';

const ID = `${'AK'}IAQ3EXAMPLE7TESTKE`;

/** What a key begins with, how many characters there are behind it at least, and its label. */
const LENGTHS: readonly (readonly [before: string, least: number, label?: string])[] = [
  ['sk_live_', 16],
  ['xoxb-1', 19],
  ['xoxd-', 20],
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

const KEYS: readonly Edge[] = [
  // Exactly 16 characters.
  [`${'AK'}IA${'A'.repeat(17)}`, `AKIA${'A'.repeat(17)}`],
  // The cookie of Slack's web client, encoded for addresses or not.
  ...['+', '/', '=', '-', '_', '%2B', '%3D'].map((sign): Edge => {
    const cookie = `xoxd-${drawn(24)}${sign}${drawn(8)}`;
    return [cookie, '[REDACTED_API_KEY]'];
  }),
  // Encoded signs are read as what they stand for, a blank ends the key.
  [`whsec_${drawn(24)}%3D%3D`, '[REDACTED_API_KEY]'],
  [`v1.0%2D${'4d6c12'.repeat(4)}%2D${'4d6c12'.repeat(25)}`, '[REDACTED_API_KEY]'],
  [`ghp_${drawn(36)}%20and`, '[REDACTED_API_KEY]%20and'],
  [`sk%2D${drawn(20)}`, '[REDACTED_API_KEY]'],
  [`sk%3D${drawn(20)}`, `sk%3D${drawn(20)}`],
  ['It grew by 1%, then by 4%.', 'It grew by 1%, then by 4%.'],
  // What stands for a key.
  [`github_pat_${'xxx_'.repeat(10)}`, `github_pat_${'xxx_'.repeat(10)}`],
  [`AIza${'xxxx-'.repeat(7)}`, `AIza${'xxxx-'.repeat(7)}`],
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
  [`${ID} ${drawn(20)}+${drawn(19)}`, '[REDACTED_API_KEY] [REDACTED_API_KEY]'],
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

export const KEY_EDGES: readonly Edge[] = [
  ...byLength,
  ...behind,
  ...KEYS,
  ...TOKEN_EDGES,
  ...NAMED_EDGES,
  ...ADDRESS_EDGES,
  ...PRIVATE_KEY_EDGES,
  ...VALUE_EDGES,
];
