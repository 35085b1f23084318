import type { RedactionLabel } from '../../classes.ts';
import { type CharSet, charSet, type Detector, has, MORE, NO, type Reader } from '../../reader.ts';
import { CALLS, QUOTE, restOfValue, signsEnd, STARTS, valueEnd } from './value.ts';

/** How far a value is read before it is judged, and how much before may give it away. */
const JUDGED = 64;
export const BEFORE = 64;

const [PERCENT, NEWLINE, BACKTICK, TILDE, TWO, THREE, PLUS] = [37, 10, 96, 126, 50, 51, 43];

/** What stands between a name's end and its value: quotes, blanks, what makes it bold or a list. */
const BETWEEN = charSet('"\'`\\*_ \t\n\r');
const BLANK = charSet(' \t');
const BULLETS = charSet('-+.)');
const BEHIND_BULLET = charSet(' \t\r\n');
/** As many as the pattern has, with a list of `*`. */
const MAX_BETWEEN_CHARS = 21;

const LETTER = charSet('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
const MAX_FENCE_CHARS = 20;
const MAX_INDENT_CHARS = 4;
const RETURN = charSet('\r');

const judge = (text: Reader, at: number): number => {
  const end = valueEnd(text, at, JUDGED);
  if (end === MORE) return MORE;
  return end - at < JUDGED && has(CALLS, text.code(end)) ? NO : end;
};

/** Whether `%20`, `%22`, `%3D` or the like ends at a place. */
const isEncodedSign = (text: Reader, at: number): boolean =>
  text.code(at - 2) === PERCENT && (text.code(at - 1) === TWO || text.code(at - 1) === THREE);

/** Whether what stands before a value may be a name for it, which ends with one of these: most words are not looked at further. */
export const mayBehind =
  (ends: CharSet, isEncoded: (sign: number) => boolean = (sign) => has(ends, sign)) =>
  (text: Reader, at: number): boolean => {
    const back = (from: number, set: CharSet, most: number) => {
      let before = from;
      while (before > from - most && has(set, text.code(before))) before -= 1;
      return before;
    };
    const before = back(at - 1, BETWEEN, MAX_BETWEEN_CHARS);
    if (has(ends, text.code(before)) || (text.code(before) === PLUS && has(ends, text.code(before - 1)))) return true;
    if (isEncodedSign(text, at - 1) || isEncodedSign(text, before)) {
      let sign = before;
      while (sign > at - MAX_FENCE_CHARS && isEncodedSign(text, sign)) sign -= 3;
      return isEncoded(text.code(sign));
    }
    // Of a list or a block, or the first line of a fence.
    if (has(BULLETS, text.code(before)) && has(BEHIND_BULLET, text.code(before + 1))) return true;
    const line = back(at - 1, BLANK, MAX_INDENT_CHARS);
    if (text.code(line) !== NEWLINE) return false;
    const fence = text.code(back(back(line - 1, RETURN, 1), LETTER, MAX_FENCE_CHARS));
    return fence === BACKTICK || fence === TILDE;
  };

/** The same where one or two blanks, and a quote, stand between the name and the value. */
export const mayBehindBlank =
  (ends: CharSet) =>
  (text: Reader, at: number): boolean => {
    const blank = has(QUOTE, text.code(at - 1)) ? at - 2 : at - 1;
    if (!has(BLANK, text.code(blank))) return false;
    return has(ends, text.code(has(BLANK, text.code(blank - 1)) ? blank - 2 : blank - 1));
  };

/** A value at a place where one may stand. */
export const valueAt = (
  label: RedactionLabel,
  mayBe: (text: Reader, at: number) => boolean,
  isSecret: (value: string, before: string) => boolean,
): Detector => ({
  label,
  starts: STARTS,
  find(text, at) {
    if (!mayBe(text, at)) return NO;
    const end = judge(text, at);
    if (end < 0) return end;
    if (!isSecret(text.slice(at, end), text.slice(at - BEFORE, at))) return NO;
    return end - at < JUDGED ? signsEnd(text, at, end) : end;
  },
  more: restOfValue,
});

/** A value behind what this pattern finds before it. */
export const behind = (
  label: RedactionLabel,
  may: (text: Reader, at: number) => boolean,
  pattern: RegExp,
  isSecret: (value: string, before: string) => boolean,
): Detector => valueAt(label, (text, at) => may(text, at) && pattern.test(text.slice(at - BEFORE, at)), isSecret);
