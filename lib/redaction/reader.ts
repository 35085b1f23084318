import type { RedactionLabel } from './classes.ts';

/** A set of characters, looked up by code: of ASCII, or `withLetters` of others. */
export type CharSet = Uint8Array;

export const charSet = (chars: string): CharSet => {
  const set = new Uint8Array(128);
  for (const char of chars) set[char.charCodeAt(0)] = 1;
  return set;
};

/** A set with characters beyond ASCII, by their codes. */
export const wide = (chars: string, codes: readonly number[]): CharSet => {
  const set = new Uint8Array(Math.max(...codes) + 1);
  set.set(charSet(chars));
  for (const code of codes) set[code] = 1;
  return set;
};

/** Scripts without blanks between words (Thai to Khmer), where an address would take its sentence along; then signs. */
const NO_LETTERS: readonly (readonly [number, number])[] = [
  [0x0e00, 0x0eff],
  [0x1000, 0x109f],
  [0x1780, 0x17ff],
  ...[0xd7, 0xf7, 0x37e, 0x387, 0x589, 0x60c, 0x61b, 0x61f, 0x6d4, 0x964, 0x965, 0x1680].map(
    (code) => [code, code] as const,
  ),
];

/** The same set, with the letters of alphabets beyond ASCII: Latin, Greek, Cyrillic, Hebrew, Arabic, those of India. */
export const withLetters = (set: CharSet): CharSet => {
  const all = new Uint8Array(0x2000).fill(1, 0xc0);
  all.set(set);
  for (const [from, to] of NO_LETTERS) all.fill(0, from, to + 1);
  return all;
};

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = UPPER.toLowerCase();
const DIGITS = '0123456789';

export const DIGIT = charSet(DIGITS);
export const CAPITAL = charSet(UPPER);
export const CAPITAL_OR_DIGIT = charSet(UPPER + DIGITS);
export const ALPHANUMERIC = charSet(UPPER + LOWER + DIGITS);
export const WORD = charSet(`${UPPER}${LOWER}${DIGITS}_-`);
export const BASE64 = charSet(`${UPPER}${LOWER}${DIGITS}+/`);

const HEX = charSet(`${DIGITS}abcdefABCDEF`);

export const has = (set: CharSet, code: number): boolean => set[code] === 1;

/** No secret begins here, whatever follows. */
export const NO = -1;
/** What has come does not decide it. Never said once the text is whole. */
export const MORE = -2;

/** How much of what is behind a place can still be read, in UTF-16 units. */
export const BEHIND = 160;

/** A text of which the first part has come. Places are counted from its beginning, in UTF-16 units. */
export interface Reader {
  /** Where what has come ends. */
  readonly end: number;
  /** Nothing follows. */
  readonly isWhole: boolean;
  /** Where the last key or token that was found ends; NaN where there was none. */
  readonly lastKeyEnd: number;
  /** The code at a place; NaN where nothing is, or nothing is known any more. */
  code(at: number): number;
  slice(from: number, to: number): string;
  /** The end of the characters of a set from a place on, `most` of them at most. */
  run(set: CharSet, from: number, most: number): number;
}

/** Whether something else could follow at a place that is not known yet. */
export const isOpen = (text: Reader, at: number): boolean => at >= text.end && !text.isWhole;

/** What is to be said where a character is missing: it may come, or it never will. */
export const missing = (text: Reader, at: number): typeof NO | typeof MORE => (isOpen(text, at) ? MORE : NO);

/** The place behind `word` where it stands at `at`; `NO` or `MORE` otherwise. */
export const literal = (text: Reader, at: number, word: string): number => {
  for (let i = 0; i < word.length; i += 1) if (text.code(at + i) !== word.charCodeAt(i)) return missing(text, at + i);
  return at + word.length;
};

const [PERCENT, U] = [37, 117];

/** The code that the `%` at a place and two hexadecimal digits behind it stand for; `NO` or `MORE` otherwise. */
const encodedCode = (text: Reader, at: number): number => {
  for (const place of [at + 1, at + 2]) if (!has(HEX, text.code(place))) return missing(text, place);
  return Number.parseInt(text.slice(at + 1, at + 3), 16);
};

/** The same as `literal`, where signs may be encoded: `sk%2Dant`. */
export const spelled = (text: Reader, at: number, word: string): number => {
  let end = at;
  for (let i = 0; i < word.length; i += 1) {
    const code = word.charCodeAt(i);
    if (text.code(end) === code) end += 1;
    else if (text.code(end) !== PERCENT || has(ALPHANUMERIC, code)) return missing(text, end);
    else {
      const encoded = encodedCode(text, end);
      if (encoded !== code) return encoded === MORE ? MORE : NO;
      end += 3;
    }
  }
  return end;
};

/** The end of the characters of a set from a place on, also encoded ones, at least `most` of them at most; or `MORE`. */
export const spelledRun = (text: Reader, set: CharSet, from: number, most: number): number => {
  let end = from;
  while (true) {
    end = text.run(set, end, most - (end - from));
    if (end - from >= most || text.code(end) !== PERCENT) return end;
    const code = encodedCode(text, end);
    if (code === MORE) return MORE;
    if (code === NO || !has(set, code)) return end;
    end += 3;
  }
};

const BACKSLASH = 92;
const ESCAPES = charSet('nrtbf');

/** Whether `count` hexadecimal digits stand before a place. */
const isBehindHex = (text: Reader, at: number, count: number): boolean => {
  for (let i = 1; i <= count; i += 1) if (!has(HEX, text.code(at - i))) return false;
  return true;
};

const [ESCAPE, BRACKET] = [27, 91];
const LETTER = charSet(UPPER + LOWER);
const PARAMETER = charSet('0123456789;:?');
/** Two colours of 24 bits, with what else a style has, are shorter. */
const MAX_SEQUENCE_CHARS = 40;
const WRITTEN_ESCAPE = /\\(?:u001b|x1b|033|e)$/i;

/** Whether a sequence that a terminal obeys (ECMA-48, 5.4) ends before a place, also as source code has it: `\u001b[31m`. */
const isBehindSequence = (text: Reader, at: number): boolean => {
  if (!has(LETTER, text.code(at - 1))) return false;
  let from = at - 2;
  while (from > at - MAX_SEQUENCE_CHARS && has(PARAMETER, text.code(from))) from -= 1;
  if (text.code(from) !== BRACKET) return false;
  return text.code(from - 1) === ESCAPE || WRITTEN_ESCAPE.test(text.slice(from - 6, from));
};

/** Whether what is before a place is no letter or digit but encoded: `\n`, `%3D`, `\u003d`, a colour of a terminal. */
const isBehindEscape = (text: Reader, at: number): boolean =>
  (has(ESCAPES, text.code(at - 1)) && text.code(at - 2) === BACKSLASH) ||
  (text.code(at - 3) === PERCENT && isBehindHex(text, at, 2)) ||
  (text.code(at - 5) === U && text.code(at - 6) === BACKSLASH && isBehindHex(text, at, 4)) ||
  isBehindSequence(text, at);

/** Whether a word may begin here: behind no letter or digit, unless that is the end of an escape. */
export const isWordStart = (text: Reader, at: number): boolean =>
  !has(ALPHANUMERIC, text.code(at - 1)) || isBehindEscape(text, at);

/** Finds one form of secret. */
export interface Detector {
  readonly label: RedactionLabel;
  /** Characters that one begins with. */
  readonly starts: CharSet;
  /**
   * Where a secret that begins at `at` ends, so far as it is certain; `NO`, or `MORE`. Says of longer text what it said of its part.
   * Asked at a letter or digit only where a word begins.
   */
  find(text: Reader, at: number): number;
  /** What else belongs to a secret found, from `at` on: its end so far, `at` itself where it is over, or `MORE`. */
  more?(text: Reader, at: number): number;
}
