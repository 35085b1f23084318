import { BASE64, type CharSet, charSet, type Detector, has, isOpen, MORE, NO, type Reader, WORD } from '../reader.ts';
import { looksRandom } from './random-looking.ts';

/** How far a value is read before it is judged, and how much before it may give it away. */
const JUDGED = 64;
const BEFORE = 64;

const [EQUALS, BACKSLASH, AMPERSAND, QUESTION, SEMICOLON] = [61, 92, 38, 63, 59];
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/=~';
const SOLID = charSet(LETTERS);
/** Belong to a value where it goes on behind them: a sentence, or what is in bold, may end with them. */
const JOINTS = charSet('.!#$%&*@^?');
const MAX_JOINTS = 4;
const MAX_PARAMETER_CHARS = 32;
const STARTS = charSet(`${LETTERS}!#$%&@^?`);
const CALLS = charSet('([');

/** Whether another parameter of a query, or an entity of HTML, begins behind the `&` or `?` before `at`. */
const isOther = (text: Reader, at: number): boolean | typeof MORE => {
  const end = text.run(WORD, at, MAX_PARAMETER_CHARS);
  if (end - at < MAX_PARAMETER_CHARS && isOpen(text, end)) return MORE;
  return end > at && (text.code(end) === EQUALS || text.code(end) === SEMICOLON);
};

/** Where a value goes on behind its joints from `at` on; `at` where it does not, or `MORE`. */
const jointEnd = (text: Reader, at: number): number => {
  const end = text.run(JOINTS, at, MAX_JOINTS);
  if (isOpen(text, end)) return MORE;
  if (end === at || !has(SOLID, text.code(end))) return at;
  const last = text.code(end - 1);
  if (last !== AMPERSAND && last !== QUESTION) return end;
  const other = isOther(text, end);
  if (other === MORE) return MORE;
  return other ? at : end;
};

/** Where a value's first `most` characters end, and the joints in them. */
const valueEnd = (text: Reader, at: number, most: number): number => {
  let end = at;
  while (true) {
    end = text.run(SOLID, end, most - (end - at));
    if (end - at >= most) return end;
    if (isOpen(text, end)) return MORE;
    const next = jointEnd(text, end);
    if (next === MORE) return MORE;
    if (next === end) return end;
    end = next;
  }
};

const restOfValue = (text: Reader, at: number): number => {
  const end = text.run(SOLID, at, Infinity);
  return end > at ? end : jointEnd(text, at);
};

/**
 * Behind what a value is a secret, but for places in a list (`nextToken`) and names in an ARN (`123456789012:secret:`). It ends
 * where the value begins, so it is tried on few characters and few places.
 */
const NAME =
  /(?<!(?:next|page|continuation|pagination|sync|public[ _-]?key)[ _-]?|\d:)(?:(?:api|app|access|account|auth|client|encryption|master|private|secret|service|shared|signing)[ _.-]?key|secret|token|passw(?:or)?d|passphrase|pwd|credentials?|auth)(?:[_-]?\d{1,3})?["'`\\\]*_]{0,4}\s{0,16}(?:=>|:=|=|:|\bis:?(?!_)|\||(?<=\w)>|(?<=\s)\()[*_]{0,3}\s{0,3}[*_]{0,3}\\?["'`]?$/i;
/** Of a contract or an account, which everybody may read. */
const ADDRESS = /^0x[0-9a-f]{40}$/i;
const BEARER = /bearer\s{1,3}$/i;
const ACCESS_KEY_ID = /A[KS]IA[A-Z0-9]{16}(?![A-Z0-9])/;

/** What stands between a name's end and its value: quotes, blanks, what makes it bold. */
const BETWEEN = charSet('"\'`\\*_ \t\n\r');
const MAX_BETWEEN_CHARS = 8;
/** Ends of a name with its sign, as `=`, `:`, `=>`, `is`, `|`, `>` or `(`; those of `Bearer`. */
const SIGNS = charSet('=:>sS|(');
const R = charSet('rR');

const judge = (text: Reader, at: number): number => {
  const end = valueEnd(text, at, JUDGED);
  if (end === MORE) return MORE;
  return end - at < JUDGED && has(CALLS, text.code(end)) ? NO : end;
};

/** Whether what stands before a value may be a name for it: most words of a text are not looked at further. */
const mayBehind = (text: Reader, at: number, ends: CharSet): boolean => {
  let before = at - 1;
  while (before >= at - MAX_BETWEEN_CHARS && has(BETWEEN, text.code(before))) before -= 1;
  return has(ends, text.code(before));
};

const behind = (label: 'API_KEY' | 'TOKEN', ends: CharSet, pattern: RegExp): Detector => ({
  label,
  starts: STARTS,
  find(text, at) {
    if (!mayBehind(text, at, ends) || !pattern.test(text.slice(at - BEFORE, at))) return NO;
    const end = judge(text, at);
    if (end < 0) return end;
    const value = text.slice(at, end);
    return looksRandom(value) && !ADDRESS.test(value) ? end : NO;
  },
  more: restOfValue,
});

const SECRET_KEY_LENGTH = 40;
/** A hash of the same length. */
const HEX = /^[0-9a-f]+$/i;

/** AWS's secret keys have no form of their own: one is taken for that not far behind the key id that it belongs to. */
const pairedSecretKey: Detector = {
  label: 'API_KEY',
  starts: BASE64,
  find(text, at) {
    if (has(BASE64, text.code(at - 1)) && text.code(at - 2) !== BACKSLASH) return NO;
    const end = text.run(BASE64, at, SECRET_KEY_LENGTH + 1);
    if (end - at < SECRET_KEY_LENGTH && !isOpen(text, end)) return NO;
    if (!ACCESS_KEY_ID.test(text.slice(at - 2 * BEFORE, at))) return NO;
    if (isOpen(text, end)) return MORE;
    // Padded, it is another thing in base64.
    if (text.code(end) === EQUALS) return NO;
    const value = text.slice(at, end);
    return value.length === SECRET_KEY_LENGTH && !HEX.test(value) && looksRandom(value) ? end : NO;
  },
};

/** Secrets without a form of their own, known by what stands before them. */
export const namedSecrets: readonly Detector[] = [
  behind('TOKEN', R, BEARER),
  behind('API_KEY', SIGNS, NAME),
  pairedSecretKey,
];
