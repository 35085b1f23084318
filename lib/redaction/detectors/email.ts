import {
  ALPHANUMERIC,
  charSet,
  type Detector,
  has,
  isOpen,
  missing,
  MORE,
  NO,
  type Reader,
  withLetters,
} from '../reader.ts';

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const LETTER_OR_DIGIT = withLetters(ALPHANUMERIC);
/** Of a mailbox's name, as people have them (RFC 5322's `dot-atom` has more), in any alphabet (RFC 6531). */
const LOCAL = withLetters(charSet(`${LETTERS_AND_DIGITS}._%+'-`));
const DOMAIN = withLetters(charSet(`${LETTERS_AND_DIGITS}.-`));
const [AT, BACKSLASH] = [64, 92];
/** RFC 5321, 4.5.3.1. */
const MAX_LOCAL_CHARS = 64;
const MAX_DOMAIN_CHARS = 255;

/** Ends of files' names, which are no domains: `icon@2x.png`. */
export const FILES = [
  'png',
  'jpg',
  'jpeg',
  'gif',
  'webp',
  'svg',
  'css',
  'html',
  'json',
  'js',
  'ts',
  'mjs',
  'tsx',
  'jsx',
  'xml',
  'yml',
  'yaml',
  'txt',
  'lock',
  'local',
] as const;

const LABEL = /^[\p{L}0-9](?:[\p{L}\p{M}0-9-]*[\p{L}\p{M}0-9])?$/u;
const TOP = /^(?:[\p{L}\p{M}]{2,24}|xn--[A-Za-z0-9-]{2,})$/u;

/** How many characters of a domain are one, dots at its end left out; 0: none. */
const domainLength = (domain: string, files: readonly string[]): number => {
  const trimmed = domain.replace(/[.-]+$/, '');
  const labels = trimmed.split('.');
  const top = labels.at(-1) ?? '';
  const isDomain = labels.length > 1 && labels.every((part) => part.length <= 63 && LABEL.test(part)) && TOP.test(top);
  return isDomain && !files.includes(top.toLowerCase()) ? trimmed.length : 0;
};

const isEscapeLetter = (text: Reader, at: number): boolean =>
  text.code(at - 2) === BACKSLASH && has(charSet('nrt'), text.code(at - 1));

const SIGN = charSet("._%+'-");
const MAX_SIGNS = 8;

/** Whether a mailbox's name may begin here: behind no letter of it, also not beyond signs, which quotes and lists may be. */
const isStart = (text: Reader, at: number): boolean => {
  let before = at - 1;
  while (before >= at - MAX_SIGNS && has(SIGN, text.code(before))) before -= 1;
  return !has(LETTER_OR_DIGIT, text.code(before)) || (before === at - 1 && isEscapeLetter(text, at));
};

/** The user of a repository's address, who is nobody where a path follows: `git@github.com:acme/api.git`. */
const GIT = 'git';
const PATHS = charSet(':/');

const ENCODED_AT = '%40';

/** Where an address ends whose `@` is encoded, in a word that ends at `end`; or `NO`. */
const encodedEnd = (text: Reader, at: number, end: number, files: readonly string[]): number => {
  const word = text.slice(at, end);
  const sign = word.indexOf(ENCODED_AT);
  if (sign < 1) return NO;
  const from = sign + ENCODED_AT.length;
  const length = domainLength(word.slice(from), files);
  return length === 0 ? NO : at + from + length;
};

/** E-mail addresses. A word could always become one: with this class, the last word is held back until something follows it. */
export const createEmail = (files: readonly string[] = FILES): Detector => ({
  label: 'EMAIL',
  starts: LETTER_OR_DIGIT,
  find(text, at) {
    if (!isStart(text, at)) return NO;
    // The letter of a written line break is no part of the name behind it.
    if (isEscapeLetter(text, at + 1) && has(LETTER_OR_DIGIT, text.code(at + 1))) return NO;
    const local = text.run(LOCAL, at, MAX_LOCAL_CHARS + 1);
    if (local - at > MAX_LOCAL_CHARS) return NO;
    if (isOpen(text, local)) return MORE;
    if (text.code(local) !== AT) return encodedEnd(text, at, local, files);
    if (!has(LETTER_OR_DIGIT, text.code(local + 1))) return missing(text, local + 1);
    const end = text.run(DOMAIN, local + 1, MAX_DOMAIN_CHARS + 1);
    if (isOpen(text, end) && end - local - 1 <= MAX_DOMAIN_CHARS) return MORE;
    const length = domainLength(text.slice(local + 1, end), files);
    if (length === 0 || length > MAX_DOMAIN_CHARS) return NO;
    const behind = local + 1 + length;
    return text.slice(at, local) === GIT && has(PATHS, text.code(behind)) ? NO : behind;
  },
});

export const email = createEmail();
