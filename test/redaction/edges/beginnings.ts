import type { Edge } from './edge.ts';

const ID = `${'AK'}IAQ3EXAMPLE7TESTKE`;
const found = (before: string): Edge => [`${before}${ID}`, `${before}[REDACTED_API_KEY]`];
const kept = (before: string): Edge => [`${before}${ID}`, `${before}${ID}`];

/** Signs between letters, and scripts without blanks between words: their first and last character. */
const NO_LETTERS = [0xd7, 0xf7, 0x37e, 0x387, 0x589, 0x60c, 0x61b, 0x61f, 0x6d4, 0x964, 0x965, 0x1680];
const SCRIPTS = [0xe00, 0xeff, 0x1000, 0x109f, 0x1780, 0x17ff];
const BESIDE = [0xbf, 0x2000, ...[...NO_LETTERS].flatMap((code) => [code - 1, code + 1]), 0xdff, 0xf00, 0xfff, 0x10a0]
  .concat(0x177f, 0x1800, 0xc0, 0x1fff)
  .filter((code) => !NO_LETTERS.includes(code));
const mailbox = (code: number): string => `${String.fromCharCode(code)}@example.com`;

/** Where a word may begin, and what is a letter. */
export const BEGINNING_EDGES: readonly Edge[] = [
  ...[' ', '%20', '%3D', '%3d', '\\n', '\\r', '\\t', '\\b', '\\f', '\\u003d', '\\u003D', '\u{1b}[m', '\u{1b}[31m']
    .concat(
      '\u{1b}[1;38;5;200m',
      '\u{1b}[1;31;40;100;9m',
      '\\u001b[31m',
      '\\u001B[0m',
      '\\x1b[31m',
      '\\033[31m',
      '\\e[1m',
      '\u{1b}[38;2;255;136;100m',
      '\u{1b}[38:2::255:136:0m',
      '\u{1b}[1;38;2;255;255;255;48;2;255;255;255m',
      `\u{1b}[${'1;'.repeat(19)}m`,
      '\u{1b}[K',
      '\u{1b}[2J',
      '\u{1b}[?25h',
    )
    .map(found),
  ...['x', '7', 'n', '\\x', '%2', '%2x', '3%x0', '%x0', 'u003d', '\\u00zd', '\\uz03d', '\\u0z3d', '\\u03d', '\\u0003d']
    .concat(
      '[31m',
      '\u{1b}31m',
      '\u{1b}[31',
      `\u{1b}[${'1;'.repeat(19)}1m`,
      '\u{1b}]0;m',
      '\\u001c[31m',
      '\\e [31m',
      'a\\e1[31m',
    )
    .map(kept),
  ...[...NO_LETTERS, ...SCRIPTS].map((code): Edge => [mailbox(code), mailbox(code)]),
  ...BESIDE.filter((code) => code > 0xbf && code < 0x2000).map((code): Edge => [mailbox(code), '[REDACTED_EMAIL]']),
  ...[0xbf, 0x2000].map((code): Edge => [mailbox(code), mailbox(code)]),
];
