import { BASE64, type CharSet, charSet, type Detector, has, isOpen, MORE, NO, type Reader, wide } from '../reader.ts';
import { CALLS, QUOTE, restOfValue, signsEnd, STARTS, valueEnd } from './named-value.ts';
import { looksGenerated, looksRandom, PLACEHOLDER } from './random-looking.ts';

/** How far a value is read before it is judged, and how much before it may give it away. */
const JUDGED = 64;
const BEFORE = 64;

const [EQUALS, BACKSLASH, PERCENT, NEWLINE, BACKTICK, TILDE, TWO, THREE, PLUS] = [61, 92, 37, 10, 96, 126, 50, 51, 43];

/** What the detectors of values behind a name know, as parts of patterns. */
export interface NameTables {
  /** Words that end the name of a secret. */
  readonly names: readonly string[];
  /** Words that, before one of those, make it the name of something else: `nextToken`. */
  readonly others: readonly string[];
  /** What stands between a name and its value. */
  readonly signs: readonly string[];
  /** What may stand before a value that begins a line of its own: the sign of a list, a fence. */
  readonly openings: readonly string[];
}

/** Words that end the name of a password. */
export const PASSWORDS: readonly string[] = ['passw(?:or)?d', 'passphrase', 'pwd', 'passwort', 'kennwort'].concat(
  ...['mot de passe', 'contrase[ñn]a', '\\bsenha', 'wachtwoord', 'пароль', '密码', 'パスワード'],
);

export const NAME_TABLES: NameTables = {
  names: [
    ...['api', 'app', 'access', 'account', 'auth', 'client', 'encryption', 'master', 'private', 'secret', 'service']
      .concat('shared', 'signing')
      .map((word) => `${word}[ _.-]?key`),
    'secret',
    'token',
    'credentials?',
    'auth',
    ...PASSWORDS,
  ],
  others: ['next', 'page', 'continuation', 'pagination', 'sync', 'public[ _-]?key'],
  signs: ['=>', ':=', '=', ':', '[：＝是は]', '\\bis:?(?!_)', '\\|', '(?<=\\w)>', '(?<=\\s)\\(', '%3D', '%3A']
    // In a call and in XML.
    .concat('\\((?=["\'`])', 'value\\s?=')
    // The value of a pair in a call, and a text that is made of it.
    .concat('(?<=key["\'`]),(?=\\s?["\'`])', '=\\s?(?:String::from|str|bytes|\\[]byte)\\((?=["\'`])'),
  openings: ['[-*+>][ \\t]{0,3}', '\\d{1,2}[.)][ \\t]{1,3}', '[`~]{3}[a-z]{0,12}\\r?\\n[ \\t]{0,4}'],
};

/**
 * Behind what a value is a secret, but for places in a list (`nextToken`), names in an ARN (`123456789012:secret:`) and our labels. It ends
 * where the value begins, so it is tried on few characters and few places.
 */
const namePattern = ({ names, others, signs, openings }: NameTables): RegExp =>
  new RegExp(
    `(?<!(?:${others.join('|')})[ _-]?|\\d:|redacted_)(?:${names.join('|')})(?:[_-]?\\d{1,3})?(?:["'\`\\\\\\]*_]{0,4}\\s{0,16}|%22)` +
      `(?:${signs.join('|')})[*_]{0,3}(?:\\s{0,3}|%20|\\s{0,4}\\n[ \\t]{0,4}(?:${openings.join('|')}))[*_]{0,3}(?:\\\\?["'\`]|%2[27])?(?:base64:)?$`,
    'i',
  );

/** A key or a token behind a blank alone: `--token …`, `X-API-Key …`, `Authorization: token …`. */
const BLANK_NAMES =
  /(?:\b(?:api[ _-]?key|passw(?:or)?d)|(?<![\w-])--?(?:[a-z]{1,12}[-_]){0,3}(?:key|token|passw(?:or)?d|pwd)|\bauthorization["']?:\s{0,2}["']?(?:token|key))\s{1,2}["'`]?$/i;
/** Ends of these names. */
const NAME_ENDS = charSet('yYnNdD');

/** Of a contract or an account, which everybody may read. */
const ADDRESS = /^0x[0-9a-f]{40}$/i;
const BEARER = /bearer(?::?\s{1,3}|:?%20|\+|%3A(?:%20)?)$/i;
const BASIC = /\bbasic(?::?\s{1,3}|%20|\+)$/i;
/** A key id of AWS, or what its files and programs call the key. */
const ACCESS_KEY = /A[KS]IA[A-Z0-9]{16}(?![A-Z0-9])|secret[ _]access[ _]key/i;

/** What stands between a name's end and its value: quotes, blanks, what makes it bold or a list. */
const BETWEEN = charSet('"\'`\\*_ \t\n\r');
const BLANK = charSet(' \t');
const BULLETS = charSet('-+.)');
/** As many as the pattern has, with a list of `*`. */
const MAX_BETWEEN_CHARS = 21;
/** Ends of a name with its sign, as `=`, `:`, `=>`, `is`, `|`, `>`, `(`, `,` or `：＝是は`; those of `Bearer` and `Basic`. */
const SIGNS = wide('=:>sS|(,', [0xff1a, 0xff1d, 0x662f, 0x306f]);
const AFTER_BEARER = charSet('rR:');
const AFTER_BASIC = charSet('cC:');

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

/** Whether what stands before a value may be a name for it: most words of a text are not looked at further. */
const mayBehind =
  (ends: CharSet) =>
  (text: Reader, at: number): boolean => {
    const back = (from: number, set: CharSet, most: number) => {
      let before = from;
      while (before > from - most && has(set, text.code(before))) before -= 1;
      return before;
    };
    const before = back(at - 1, BETWEEN, MAX_BETWEEN_CHARS);
    const word = text.code(before) === PLUS ? before - 1 : before;
    if (has(ends, text.code(word))) return true;
    if (isEncodedSign(text, at - 1) || isEncodedSign(text, before)) {
      let sign = before;
      while (sign > at - MAX_FENCE_CHARS && isEncodedSign(text, sign)) sign -= 3;
      return ends === SIGNS || has(ends, text.code(sign));
    }
    // Of a list, or the first line of a fence.
    if (has(BULLETS, text.code(before)) && has(BLANK, text.code(before + 1))) return true;
    const line = back(at - 1, BLANK, MAX_INDENT_CHARS);
    if (text.code(line) !== NEWLINE) return false;
    const fence = text.code(back(back(line - 1, RETURN, 1), LETTER, MAX_FENCE_CHARS));
    return fence === BACKTICK || fence === TILDE;
  };

/** The same where one or two blanks, and a quote, stand between the name and the value. */
const mayBehindBlank = (text: Reader, at: number): boolean => {
  const blank = has(QUOTE, text.code(at - 1)) ? at - 2 : at - 1;
  if (!has(BLANK, text.code(blank))) return false;
  return has(NAME_ENDS, text.code(has(BLANK, text.code(blank - 1)) ? blank - 2 : blank - 1));
};

const behind = (
  label: 'API_KEY' | 'TOKEN',
  may: (text: Reader, at: number) => boolean,
  pattern: RegExp,
  isSecret: (value: string, before: string) => boolean,
): Detector => ({
  label,
  starts: STARTS,
  find(text, at) {
    if (!may(text, at)) return NO;
    const before = text.slice(at - BEFORE, at);
    if (!pattern.test(before)) return NO;
    const end = judge(text, at);
    if (end < 0) return end;
    if (!isSecret(text.slice(at, end), before)) return NO;
    return end - at < JUDGED ? signsEnd(text, at, end) : end;
  },
  more: restOfValue,
});

const isRandom = (value: string): boolean => looksRandom(value) && !ADDRESS.test(value);

const isGenerated = (value: string): boolean => looksGenerated(value) && !PLACEHOLDER.test(value);

/** A name and a password in base64 (RFC 7617). */
const isNameAndPassword = (value: string): boolean => {
  const [, encoded = ''] = /^([a-z0-9+/]{8,})(?:=|%3D){0,2}$/i.exec(value) ?? [];
  const plain = Buffer.from(encoded, 'base64').toString('latin1');
  return /^[ -9;-~\u00a0-\u00ff]+:[ -~\u00a0-\u00ff]*$/.test(plain);
};

/** Values that look random behind the name of a secret; behind that of a password also short ones. */
export const createNamed = (tables: NameTables = NAME_TABLES): Detector => {
  const password = namePattern({ ...tables, names: PASSWORDS });
  return behind(
    'API_KEY',
    mayBehind(SIGNS),
    namePattern(tables),
    (value, before) => isRandom(value) || (isGenerated(value) && password.test(before)),
  );
};

const SECRET_KEY_LENGTH = 40;
/** A hash of the same length. */
const HEX = /^[0-9a-f]+$/i;

/** AWS's secret keys have no form of their own: one is taken for that not far behind its id or its name. */
const pairedSecretKey: Detector = {
  label: 'API_KEY',
  starts: BASE64,
  find(text, at) {
    if (has(BASE64, text.code(at - 1)) && text.code(at - 2) !== BACKSLASH) return NO;
    const end = text.run(BASE64, at, SECRET_KEY_LENGTH + 1);
    if (end - at < SECRET_KEY_LENGTH && !isOpen(text, end)) return NO;
    if (!ACCESS_KEY.test(text.slice(at - 2 * BEFORE, at))) return NO;
    if (isOpen(text, end)) return MORE;
    // Padded, it is another thing in base64.
    if (text.code(end) === EQUALS) return NO;
    const value = text.slice(at, end);
    return value.length === SECRET_KEY_LENGTH && !HEX.test(value) && looksRandom(value) ? end : NO;
  },
};

/** Secrets without a form of their own, known by what stands before them. */
export const namedSecrets: readonly Detector[] = [
  behind('TOKEN', mayBehind(AFTER_BEARER), BEARER, isRandom),
  behind('TOKEN', mayBehind(AFTER_BASIC), BASIC, isNameAndPassword),
  createNamed(),
  behind('API_KEY', mayBehindBlank, BLANK_NAMES, isRandom),
  pairedSecretKey,
];
