import type { Random } from '../../../lib/kernel/clock.ts';

/** Alphabets of issuers, by one letter. */
const ALPHABETS: Readonly<Record<string, string>> = {
  d: '0123456789',
  p: '123456789',
  x: '0123456789abcdef',
  l: 'abcdefghijklmnopqrstuvwxyz0123456789',
  U: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  T: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  a: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  w: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-',
  b: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  A: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
};

/** Reproducible draws for a corpus. */
export interface Draw {
  pick<T>(from: readonly T[]): T;
  /** A whole number from `least` to `most`. */
  int(least: number, most: number): number;
  /** So many characters of an alphabet. */
  chars(alphabet: string, count: number): string;
  /** A form with its draws made: `{w93}` is 93 characters of the alphabet `w`, `{a24-32}` from 24 to 32. */
  form(text: string): string;
}

export const createDraw = (random: Random): Draw => {
  const int = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  const pick = <T>(from: readonly T[]): T => from[int(0, from.length - 1)] as T;
  const chars = (alphabet: string, count: number) => {
    const letters = ALPHABETS[alphabet] ?? alphabet;
    return Array.from({ length: count }, () => letters[int(0, letters.length - 1)]).join('');
  };
  return {
    pick,
    int,
    chars,
    form: (text) =>
      text.replaceAll(/\{([a-zA-Z])(\d+)(?:-(\d+))?\}/g, (_, alphabet: string, least: string, most = least) =>
        chars(alphabet, int(Number(least), Number(most))),
      ),
  };
};
