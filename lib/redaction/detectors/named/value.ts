import { charSet, has, isOpen, MORE, type Reader, WORD } from '../../reader.ts';

const [EQUALS, AMPERSAND, QUESTION, SEMICOLON, PERCENT] = [61, 38, 63, 59, 37];
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/=~';
const SOLID = charSet(LETTERS);
/** Belong to a value where it goes on behind them: a sentence, or what is in bold, may end with them. */
const JOINTS = charSet('.!#$%&*@^?');
const MAX_JOINTS = 4;
const MAX_PARAMETER_CHARS = 32;
export const STARTS = charSet(`${LETTERS}!#$%&@^?`);
export const CALLS = charSet('([');
export const QUOTE = charSet('"\'`');
/** Signs that end no sentence, and make nothing bold. */
const LAST_SIGNS = charSet('%$^');
const BEHIND = charSet(' \t\r\n');
/** What an encoded text has between values: blanks, quotes, brackets, `&`, `,`, `;`, `|`. */
const DELIMITER = /^%(?:09|0A|0D|20|22|26|27|29|2C|3B|3C|3E|5D|7B|7C|7D)/i;

/** Whether an encoded delimiter begins at a place, or `MORE`. */
const isDelimiter = (text: Reader, at: number): boolean | typeof MORE => {
  if (text.code(at) !== PERCENT) return false;
  return isOpen(text, at + 2) ? MORE : DELIMITER.test(text.slice(at, at + 3));
};

/** Whether another parameter of a query, or an entity of HTML, begins behind the `&` or `?` before `at`. */
const isOther = (text: Reader, at: number): boolean | typeof MORE => {
  const end = text.run(WORD, at, MAX_PARAMETER_CHARS);
  if (isOpen(text, end)) return MORE;
  return end > at && (text.code(end) === EQUALS || text.code(end) === SEMICOLON);
};

/** Where a value goes on behind its joints from `at` on; `at` where it does not, or `MORE`. */
const jointEnd = (text: Reader, at: number): number => {
  const end = text.run(JOINTS, at, MAX_JOINTS);
  if (isOpen(text, end)) return MORE;
  if (end === at || !has(SOLID, text.code(end))) return at;
  const delimiter = isDelimiter(text, end - 1);
  if (delimiter !== false) return delimiter === MORE ? MORE : at;
  const last = text.code(end - 1);
  if (last !== AMPERSAND && last !== QUESTION) return end;
  const other = isOther(text, end);
  if (other === MORE) return MORE;
  return other ? at : end;
};

/** Where a value's first `most` characters end, and the joints in them. */
export const valueEnd = (text: Reader, at: number, most: number): number => {
  let end = at;
  while (true) {
    end = text.run(SOLID, end, most - (end - at));
    if (end - at >= most) return end;
    const next = jointEnd(text, end);
    if (next === MORE) return MORE;
    if (next === end) return end;
    end = next;
  }
};

/** Where a value ends that ends at `end` but for its signs: all of them between quotes, some before a blank. */
export const signsEnd = (text: Reader, at: number, end: number): number => {
  const quoted = text.run(JOINTS, end, MAX_JOINTS);
  if (has(QUOTE, text.code(at - 1)) && text.code(quoted) === text.code(at - 1)) return quoted;
  const last = text.run(LAST_SIGNS, end, MAX_JOINTS);
  return last === text.end || has(BEHIND, text.code(last)) ? last : end;
};

export const restOfValue = (text: Reader, at: number): number => {
  const end = text.run(SOLID, at, Infinity);
  return end > at ? end : jointEnd(text, at);
};
