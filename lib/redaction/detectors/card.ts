import { ALPHANUMERIC, charSet, type Detector, DIGIT, has, isOpen, literal, MORE, NO, type Reader } from '../reader.ts';
import { CARD_WORDS, type Issuer, ISSUERS, LAYOUTS, OTHER_CARDS, SEPARATORS } from './card-schemes.ts';
import { isNumberStart, numberEnd } from './number-bounds.ts';

const MAX_DIGITS = 19;
const MIN_DIGITS = 13;
const MAX_GROUPS = 6;
/** How much before a number may say that it is a card's. */
const BEFORE = 48;

const LETTER = charSet('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
const ZERO = charSet('0');
const UNDERSCORES = charSet('_');
/** As Markdown has them around what is bold. */
const MAX_UNDERSCORES = 2;
const [PLUS, DASH, DOT, UNDERSCORE] = [43, 45, 46, 95];
const MAX_WORD_CHARS = 16;
/** A word behind a number, and no part of an id in hexadecimal. */
const WORD_BEHIND = /(?=.*[g-z])[a-z]{3}/i;

const isLuhn = (digits: string): boolean => {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    sum += i % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
  }
  return sum % 10 === 0;
};

/** Where a card may end: as a number may, also before a fraction of zeros (`.00`) and a word behind a dash (`-visa`). */
const cardEnd = (text: Reader, at: number): number => {
  const end = numberEnd(text, at);
  if (end !== NO) return end;
  const sign = text.code(at);
  if (sign === DOT) {
    const zeros = text.run(ZERO, at + 1, MAX_WORD_CHARS);
    if (isOpen(text, zeros)) return MORE;
    return has(ALPHANUMERIC, text.code(zeros)) ? NO : at;
  }
  if (sign !== DASH && sign !== UNDERSCORE) return NO;
  const bold = text.run(UNDERSCORES, at, MAX_UNDERSCORES);
  if (isOpen(text, bold)) return MORE;
  if (sign === UNDERSCORE && !has(ALPHANUMERIC, text.code(bold))) return at;
  const word = text.run(LETTER, at + 1, MAX_WORD_CHARS);
  if (word - at <= MAX_WORD_CHARS && isOpen(text, word)) return MORE;
  return WORD_BEHIND.test(text.slice(at, word)) ? at : NO;
};

/** The separator that stands at a place: the one before, or any where there is none yet; null: none of them. */
const separatorAt = (text: Reader, at: number, separators: readonly string[]): string | null | typeof MORE => {
  const ends = separators.map((one) => literal(text, at, one));
  return separators.find((_, i) => (ends[i] ?? NO) >= 0) ?? (ends.includes(MORE) ? MORE : null);
};

interface Groups {
  readonly digits: string;
  /** The end of each group. */
  readonly ends: readonly number[];
  readonly sizes: readonly number[];
}

/** What a detector of cards knows. */
export interface CardTables {
  readonly issuers: readonly Issuer[];
  readonly layouts: readonly string[];
  readonly separators: readonly string[];
  readonly words: readonly string[];
  readonly otherCards: readonly string[];
}

export const CARD_TABLES: CardTables = {
  issuers: ISSUERS,
  layouts: LAYOUTS,
  separators: SEPARATORS,
  words: CARD_WORDS,
  otherCards: OTHER_CARDS,
};

/** Payment cards: 13 to 19 digits, whole or in the groups of their issuers, by their prefix, length and check digit. */
export const createCard = ({ issuers, layouts, separators, words, otherCards }: CardTables = CARD_TABLES): Detector => {
  const layout = new RegExp(`^(?:\\d+|${layouts.join('|')})$`);
  const named = new RegExp(
    `(?<![a-z])(?<!(?:${otherCards.join('|')})[ _-]?)(?:credit|debit|bank|payment)?(?:${words.join('|')})s?` +
      `(?:[ _-]?(?:number|num|no|nr)\\.?)?["'\`*]{0,3}(?: is|[\\s:=#_+-]|%20|%3D|%3A){0,3}["'\`*]{0,3}$`,
    'i',
  );
  const isNamed = (text: Reader, at: number) => named.test(text.slice(at - BEFORE, at));
  const lengthsOf = (digits: string): readonly number[] => {
    const first4 = Number(digits.slice(0, 4));
    return issuers.filter(({ from, to }) => from <= first4 && first4 <= to).flatMap(({ lengths }) => lengths);
  };

  /** A number may begin here, also behind what names it and, in a form, behind a `+` for a blank. */
  const isStart = (text: Reader, at: number): boolean => {
    if (isNumberStart(text, at)) return true;
    const before = text.code(at - 1);
    if (before === UNDERSCORE) {
      const bold = text.code(at - 2) === UNDERSCORE ? at - MAX_UNDERSCORES : at - 1;
      if (!has(ALPHANUMERIC, text.code(bold - 1))) return true;
    }
    if (before === PLUS && has(ALPHANUMERIC, text.code(at - 2))) return true;
    return (before === UNDERSCORE || before === DASH) && has(LETTER, text.code(at - 2)) && isNamed(text, at);
  };

  /** Digits from `at` on, in groups by one separator, as many as a card has; what follows is left to the end's own check. */
  const groupsFrom = (text: Reader, at: number): Groups | typeof NO | typeof MORE => {
    let [digits, from, left] = ['', at, separators];
    const [ends, sizes]: [number[], number[]] = [[], []];
    while (true) {
      const end = text.run(DIGIT, from, MAX_DIGITS + 1 - digits.length);
      const isJudged = digits.length >= 4;
      digits += text.slice(from, end);
      if (!isJudged && digits.length >= 4 && lengthsOf(digits).length === 0 && !isNamed(text, at)) return NO;
      if (digits.length > MAX_DIGITS) return { digits, ends, sizes };
      if (isOpen(text, end)) return MORE;
      if (end === from) return { digits, ends, sizes };
      ends.push(end);
      sizes.push(end - from);
      // A first group of another size is no card's.
      const isOver = ends.length >= MAX_GROUPS || (ends.length === 1 && end - at !== 4 && end - at !== 6);
      const separator = isOver ? null : separatorAt(text, end, left);
      if (separator === MORE) return MORE;
      if (separator === null) return { digits, ends, sizes };
      left = [separator];
      from = end + separator.length;
    }
  };

  return {
    label: 'CARD',
    starts: DIGIT,
    find(text, at) {
      if (!isStart(text, at)) return NO;
      const groups = groupsFrom(text, at);
      if (typeof groups === 'number') return groups;
      const { digits, ends, sizes } = groups;
      for (let count = ends.length; count > 0; count -= 1) {
        const length = sizes.slice(0, count).reduce((sum, size) => sum + size, 0);
        if (length < MIN_DIGITS) return NO;
        const number = digits.slice(0, length);
        const isCard = layout.test(sizes.slice(0, count).join('-')) && isLuhn(number);
        if (!isCard || !(lengthsOf(number).includes(length) || isNamed(text, at))) continue;
        const end = ends[count - 1] ?? at;
        // In groups by dashes, another group may follow that is none of the card.
        return count < ends.length ? end : cardEnd(text, end);
      }
      return NO;
    },
  };
};

export const card = createCard();
