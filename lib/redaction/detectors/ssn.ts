import { type Detector, DIGIT, has, isOpen, missing, MORE, NO, type Reader } from '../reader.ts';
import { isNumberStart, numberEnd } from './number-bounds.ts';

const [DASH, SPACE] = [45, 32];
const BEFORE = 40;
/** Behind it, nine digits are a number even without dashes. */
const NAMED = /(?:\bssn|social[ -]security(?:[ -](?:number|no\.?))?)["'#]?\s{0,2}(?:[:=#]|is)?\s{0,2}["']?$/i;

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
  const width = separator === null ? 0 : 1;
  let from = at;
  const parts: string[] = [];
  for (const count of [3, 2, 4]) {
    if (parts.length > 0 && separator !== null) {
      if (text.code(from) !== separator) return missing(text, from);
      from += width;
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
export const ssn: Detector = {
  label: 'SSN',
  starts: DIGIT,
  find(text, at) {
    if (!isNumberStart(text, at)) return NO;
    const area = digits(text, at, 3);
    if (area < 0) return area;
    if (isOpen(text, area)) return MORE;
    const next = text.code(area);
    if (next === DASH) return numberBy(text, at, DASH);
    if (next !== SPACE && !has(DIGIT, next)) return NO;
    if (!NAMED.test(text.slice(at - BEFORE, at))) return NO;
    return numberBy(text, at, next === SPACE ? SPACE : null);
  },
};
