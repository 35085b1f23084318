import { ALPHANUMERIC, charSet, type Detector, DIGIT, has, isOpen, MORE, NO, type Reader, wide } from '../reader.ts';
import { numberEnd } from './number-bounds.ts';

const [PLUS, SPACE] = [43, 32];
/** Blanks that do not break a line, and thin ones; dashes likewise: they part groups as ` ` and `-` do. */
const BLANKS = [0xa0, 0x202f, 0x2009];
const DASHES = [0x2010, 0x2011, 0x2013];
const isGap = (code: number): boolean => code === SPACE || BLANKS.includes(code);
const SIGNS = charSet('.-/_+#$%&@)');
const PART = wide('0123456789+()-./ ', [...BLANKS, ...DASHES]);
const plain = (text: string): string =>
  text.replaceAll(/[\u{a0}\u{202f}\u{2009}]/gu, ' ').replaceAll(/[\u{2010}\u{2011}\u{2013}]/gu, '-');
/** The longest that is written: 15 digits (E.164), their separators and a `(0)`. */
const MAX_CHARS = 28;

/** Numbers as they are written. */
export const PHONE_FORMS: readonly RegExp[] = [
  // E.164 and E.123: the country first. North America has ten digits behind its 1.
  /\+1[-. ]?(?:\(\d{3}\)|\d{3})[-. ]?\d{3}[-. ]?\d{4}/,
  /\+[2-9]\d+/,
  /\+[2-9]\d{0,2}(?:[-. /]?\(\d{1,4}\) ?\d{1,12})?(?:[-. /]\d{1,12}){0,6}/,
  // The same behind the exit code 00, in groups: without, it could be any number.
  /00[1-9]\d{0,2}(?:[-. /]?\(\d{1,4}\) ?\d{1,12})?(?:[-. /]\d{1,12}){1,6}/,
  /00(?:49|33|34|39|41|43|44|31|32|45|46|47|48|351|353|358)\d{8,12}/,
  // North America.
  /\(\d{3}\) ?\d{3}[-. ]\d{4}/,
  /(?:1[-.])?[2-9]\d\d([-.])\d{3}\1\d{4}/,
  /(?:1 )?[2-9]\d\d [2-9]\d\d \d{4}/,
  // Brazil.
  /\([1-9][1-9]\) ?(?!20\d\d-20)(?:9\d{4}|[2-5]\d{3})-\d{4}/,
  // Trunk prefix 0: area and number in the groups of the country.
  /0[1-9](?:([-. ])\d\d)(?:\1\d\d){3}/,
  /(?:0[1-9]\d{1,3}|\(0[1-9]\d{1,3}\))[-/ ]\d{3,4}[- ]\d{3,4}/,
  /(?:0[1-9]\d{0,4}|\(0[1-9]\d{0,4}\))[/ ]\d{5,8}/,
  /(?:0[1-9]|\(0[1-9]\))[- ]\d{4}[- ]\d{4}/,
];

const digitsIn = (text: string): number => text.replaceAll(/\D/g, '').length;

/** Of a number as it is written; a 00 is as long as two digits. */
const leastDigits = (found: string): number => (found.startsWith('+') ? 8 : found.startsWith('00') ? 11 : 9);

/** The longest number at the beginning of a text; 0: none. */
const phoneLength = (text: string, forms: readonly RegExp[]): number => {
  const lengths = forms
    .map((form) => form.exec(text)?.[0] ?? '')
    .filter((found) => {
      const digits = digitsIn(found);
      return digits >= leastDigits(found) && digits <= (found.startsWith('00') ? 17 : 15);
    });
  return Math.max(0, ...lengths.map(({ length }) => length));
};

/** Where a number may begin: behind no word, number, path or sign, and not as a later group of a longer number. */
const isStart = (text: Reader, at: number): boolean => {
  const before = text.code(at - 1);
  if (has(SIGNS, before) || (text.code(at) === PLUS && has(ALPHANUMERIC, before))) return false;
  return text.code(at) === PLUS || !isGap(before) || !has(DIGIT, text.code(at - 2));
};

/** `end` where no further group follows; `NO` or `MORE` otherwise. */
const withoutGroup = (text: Reader, end: number): number => {
  const bound = numberEnd(text, end);
  if (bound < 0 || !isGap(text.code(end))) return bound;
  if (isOpen(text, end + 1)) return MORE;
  return has(DIGIT, text.code(end + 1)) ? NO : end;
};

const [NAMED_LEAST, NAMED_MOST] = [9, 15];
const BEFORE = 40;
/** Behind one of these words, digits in one piece are a number, and in groups of two and more; the first may be of one. */
export const PHONE_WORDS: readonly string[] = [
  '[a-z]{0,12}phone',
  'mobile',
  'cell',
  'tel',
  'fax',
  'whatsapp',
  'tel[eé]fono',
  'telefone?',
  'm[oó]vil',
  'celular',
  'cellulare',
  'handy',
  '手机号?',
  '电话',
];

const GROUPED = charSet('0123456789 -');
const MAX_GROUPED_CHARS = 22;
const NAMED_FORM = /(?!\d{4}-\d\d-\d\d )\d{1,5}(?:([ -])\d{2,})+|\d+/;

/** Digits behind a word that says what they are: `"phone": "4155550123"`, `Tel. 06 698 85630`. */
export const createNamedPhone = (words = PHONE_WORDS): Detector => {
  const named = new RegExp(
    `(?<![a-z])(?:${words.join('|')})(?:[ _-]?(?:number|no|num|nr))?` +
      `(?:["'#*_\\\\.]{0,4}\\s{0,2}(?:[:：=]|is|%3A|%3D)[*_]{0,2}|(?<=tel|fax)\\.(?=\\s)|(?<=[号话])(?=\\s))\\s{0,2}["'*_\\\\]{0,4}$|wa\\.me/$`,
    'i',
  );
  return {
    label: 'PHONE',
    starts: DIGIT,
    find(text, at) {
      if (has(DIGIT, text.code(at - 1)) || !named.test(text.slice(at - BEFORE, at))) return NO;
      const end = text.run(GROUPED, at, MAX_GROUPED_CHARS);
      if (isOpen(text, end) && end - at < MAX_GROUPED_CHARS) return MORE;
      const [found = '', separator] = NAMED_FORM.exec(text.slice(at, end)) ?? [];
      const digits = digitsIn(found);
      if (digits < NAMED_LEAST || digits > NAMED_MOST) return NO;
      return (separator === undefined ? numberEnd : withoutGroup)(text, at + found.length);
    },
  };
};

/** Phone numbers: international ones, and national ones in the groups that their countries write. */
export const createPhone = (forms = PHONE_FORMS): Detector => {
  const begun = forms.map(({ source }) => new RegExp(`^(?:${source})`));
  return {
    label: 'PHONE',
    starts: charSet('0123456789+('),
    find(text, at) {
      if (!isStart(text, at)) return NO;
      const end = text.run(PART, at, MAX_CHARS);
      if (isOpen(text, end) && end - at < MAX_CHARS) return MORE;
      const length = phoneLength(plain(text.slice(at, end)), begun);
      if (length === 0) return NO;
      return text.code(at) === PLUS ? numberEnd(text, at + length) : withoutGroup(text, at + length);
    },
  };
};

export const phone = createPhone();
