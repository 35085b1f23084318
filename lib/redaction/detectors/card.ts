import { charSet, type Detector, DIGIT, has, isOpen, MORE, NO, type Reader } from '../reader.ts';
import { isNumberStart, numberEnd } from './number-bounds.ts';

/** Issuers' numbers by their first four digits, with the lengths that they have (ISO/IEC 7812; the schemes' own tables). */
const ISSUERS: readonly (readonly [from: number, to: number, lengths: readonly number[]])[] = [
  [4000, 4999, [13, 16, 19]],
  [5100, 5599, [16]],
  [2221, 2720, [16]],
  [2200, 2204, [16]],
  [3400, 3499, [15]],
  [3700, 3799, [15]],
  [3000, 3059, [14, 16]],
  [3600, 3699, [14, 16]],
  [3800, 3999, [14, 16]],
  [3528, 3589, [16, 17, 18, 19]],
  [6011, 6011, [16, 17, 18, 19]],
  [6440, 6599, [16, 17, 18, 19]],
  [6200, 6299, [16, 17, 18, 19]],
  ...[5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763].map(
    (prefix) => [prefix, prefix, [13, 14, 15, 16, 17, 18, 19]] as const,
  ),
];

const lengthsOf = (first4: number): readonly number[] =>
  ISSUERS.find(([from, to]) => from <= first4 && first4 <= to)?.[2] ?? [];

/** How digits are written in groups; whole is always right. */
const LAYOUTS = /^(?:\d+|4-4-4-[1-4]|4-4-4-4-[1-3]|4-6-[45]|6-13)$/;

const SEPARATORS = charSet(' -');
const NO_BREAK_SPACE = 160;
const MAX_DIGITS = 19;

const isLuhn = (digits: string): boolean => {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    sum += i % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
  }
  return sum % 10 === 0;
};

interface Groups {
  readonly digits: string;
  /** The end of each group. */
  readonly ends: readonly number[];
  readonly sizes: readonly number[];
}

/** Digits from `at` on, in groups by one separator, as many as a card has; what follows is left to the end's own check. */
const groupsFrom = (text: Reader, at: number): Groups | typeof NO | typeof MORE => {
  let [digits, from, separator] = ['', at, 0];
  const [ends, sizes]: [number[], number[]] = [[], []];
  while (true) {
    const end = text.run(DIGIT, from, MAX_DIGITS + 1 - digits.length);
    digits += text.slice(from, end);
    if (digits.length >= 4 && lengthsOf(Number(digits.slice(0, 4))).length === 0) return NO;
    if (digits.length > MAX_DIGITS) return ends.length === 0 ? NO : { digits, ends, sizes };
    if (isOpen(text, end)) return MORE;
    if (end === from) return { digits, ends, sizes };
    ends.push(end);
    sizes.push(end - from);
    const next = text.code(end);
    const isSeparator = (has(SEPARATORS, next) || next === NO_BREAK_SPACE) && (separator === 0 || next === separator);
    // A first group of another size is no card's.
    if (!isSeparator || ends.length > 5 || (end - at !== 4 && end - at !== 6 && ends.length === 1))
      return { digits, ends, sizes };
    separator = next;
    from = end + 1;
  }
};

/** Payment cards: 13 to 19 digits, whole or in the groups of their issuers, by their prefix, length and check digit. */
export const card: Detector = {
  label: 'CARD',
  starts: charSet('23456'),
  find(text, at) {
    if (!isNumberStart(text, at)) return NO;
    const groups = groupsFrom(text, at);
    if (typeof groups === 'number') return groups;
    const { digits, ends, sizes } = groups;
    for (let count = ends.length; count > 0; count -= 1) {
      const length = sizes.slice(0, count).reduce((sum, size) => sum + size, 0);
      if (length < 13) return NO;
      const number = digits.slice(0, length);
      const isCard =
        lengthsOf(Number(number.slice(0, 4))).includes(length) &&
        LAYOUTS.test(sizes.slice(0, count).join('-')) &&
        isLuhn(number);
      if (!isCard) continue;
      const end = ends[count - 1] ?? at;
      // In groups by dashes, another group may follow that is none of the card.
      return count < ends.length ? end : numberEnd(text, end);
    }
    return NO;
  },
};
