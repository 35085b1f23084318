import { charSet, type Detector, DIGIT, has, isOpen, missing, MORE, NO, type Reader } from '../reader.ts';
import { isNumberStart, numberEnd } from './number-bounds.ts';

const SPACE = 32;
/** `-`, the one that models like to write, and those that do not break a line; a no-break space parts as they do. */
export const DASHES: readonly number[] = [45, 0x2010, 0x2011, 0x2013, 0xa0];
const JOINS = charSet('_-');
const BEFORE = 40;
/** Behind one of these words, nine digits are a number even without dashes. */
export const SSN_WORDS: readonly string[] = ['ssn', 'social[ _-]?security'];
const namedBy = (words: readonly string[]): RegExp =>
  new RegExp(
    `(?:${words.join('|')})(?:[ _-]?(?:number|num|no|#))?\\.?["'#*_\\\\]{0,4}\\s{0,2}(?:[:=#>|)-]|->|is|%3D|%3A)?[*_]{0,2}(?:\\s{0,2}|%20)["'*_\\\\]{0,4}$`,
    'i',
  );

/** Never given: areas 000, 666 and from 900 on, group 00, serial 0000. */
const isGiven = (area: string, group: string, serial: string): boolean =>
  area !== '000' && area !== '666' && area < '900' && group !== '00' && serial !== '0000';

/** Exactly `count` digits from `at` on: their end, `NO` or `MORE`. */
const digits = (text: Reader, at: number, count: number): number => {
  const end = text.run(DIGIT, at, count);
  return end - at === count ? end : missing(text, end);
};

/** The number from `at` on with this between its parts: its end, `NO` or `MORE`. */
const numberBy = (text: Reader, at: number, separator: number | null): number => {
  let from = at;
  const parts: string[] = [];
  for (const count of [3, 2, 4]) {
    if (parts.length > 0 && separator !== null) {
      if (text.code(from) !== separator) return missing(text, from);
      from += 1;
    }
    const end = digits(text, from, count);
    if (end < 0) return end;
    parts.push(text.slice(from, end));
    from = end;
  }
  const [area = '', group = '', serial = ''] = parts;
  return isGiven(area, group, serial) ? numberEnd(text, from) : NO;
};

/** Social security numbers of the United States: with dashes, or as they come behind a word that says what they are. */
export const createSsn = (words = SSN_WORDS): Detector => {
  const named = namedBy(words);
  return {
    label: 'SSN',
    starts: DIGIT,
    find(text, at) {
      const isJoined = has(JOINS, text.code(at - 1));
      if (!isJoined && !isNumberStart(text, at)) return NO;
      const area = digits(text, at, 3);
      if (area < 0) return area;
      if (isJoined && !named.test(text.slice(at - BEFORE, at))) return NO;
      if (isOpen(text, area)) return MORE;
      const next = text.code(area);
      if (has(DIGIT, next) || next === SPACE) {
        if (!named.test(text.slice(at - BEFORE, at))) return NO;
        return numberBy(text, at, next === SPACE ? SPACE : null);
      }
      return DASHES.includes(next) ? numberBy(text, at, next) : NO;
    },
  };
};

export const ssn = createSsn();
