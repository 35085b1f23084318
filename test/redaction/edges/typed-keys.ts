import { type Edge, foundAs, kept } from './edge.ts';

const [LETTERS, DIGITS] = ['abcdefghijklmnopqrstuvwxyz', '0123456789'];
const key = foundAs('API_KEY');
const token = foundAs('TOKEN');
const long = LETTERS + DIGITS + LETTERS.toUpperCase();

/** Keys and tokens that a person has typed: of the form of real ones, and drawn by nobody. */
export const TYPED_KEY_EDGES: readonly Edge[] = [
  ...[
    'a'.repeat(95),
    'A'.repeat(20),
    LETTERS,
    LETTERS.toUpperCase() + DIGITS,
    `${'AbCdEfGhIj0123456789'.repeat(4)}-AA`,
  ].map((body) => key('v ', `sk-ant-api03-${body}`, ' w')),
  kept(`sk-ant-api03-${'a'.repeat(19)}`),
  key('', `sk-proj-${long.slice(0, 20)}`),
  kept(`sk-proj-${'a'.repeat(19)}`),
  key('', `sk-${long.slice(0, 48)}`),
  kept(`sk-${long.slice(0, 47)}`),
  key('', `sk_live_${LETTERS.slice(0, 24)}`),
  key('', `ghp_${LETTERS}${DIGITS}`),
  key('', `ghp_${DIGITS}${LETTERS}`),
  key('', 'AKIAABCDEFGHIJKLMNOP'),
  key('', `AIzaSyA1234567890${LETTERS.slice(0, 22)}`),
  key('', `ghp_qwertyuiop${DIGITS}${LETTERS.slice(0, 16)}`),
  ...['a'.repeat(32), `${LETTERS}123456`, LETTERS + DIGITS, 'secret-token-123', 'A1B-C2D-E3F-GHIJ', 'A'.repeat(32)].map(
    (value) => token('Bearer ', value),
  ),
  ...[
    'a'.repeat(31),
    'secret-token-12x',
    'z'.repeat(15) + '1',
    '2026113012304599',
    'secret-token-12',
    '2026-11-29/12.30',
    'your-access-token-123',
    'token-based-authentication',
  ].map((value) => kept(`Bearer ${value}`)),
  ...[
    'sk-ant-api03-your-key-goes-here-123',
    'sk-ant-api03-something-you-have-made',
    `sk-ant-api03-${'x'.repeat(40)}`,
  ].map(kept),
];
