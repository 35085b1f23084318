import { ALPHANUMERIC, DIGIT, has, isOpen, MORE, NO, type Reader } from '../reader.ts';

const [UNDERSCORE, DASH, DOT, PLUS] = [95, 45, 46, 43];

/** Whether a number may begin where a word does: no part of a longer number, a decimal, an id in groups or a negative number. */
export const isNumberStart = (text: Reader, at: number): boolean => {
  const before = text.code(at - 1);
  if (before === UNDERSCORE || before === PLUS || before === DASH) return false;
  return before !== DOT || !has(DIGIT, text.code(at - 2));
};

/** `at` where a number may end there: no word, longer number or id goes on. `NO` or `MORE` otherwise. */
export const numberEnd = (text: Reader, at: number): number => {
  if (isOpen(text, at)) return MORE;
  const next = text.code(at);
  if (has(ALPHANUMERIC, next) || next === UNDERSCORE) return NO;
  if (next !== DASH && next !== DOT) return at;
  if (isOpen(text, at + 1)) return MORE;
  return has(next === DASH ? ALPHANUMERIC : DIGIT, text.code(at + 1)) ? NO : at;
};
