import { ALPHANUMERIC, charSet, type Detector, has, isOpen, MORE, NO, type Reader } from '../reader.ts';

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Of a mailbox's name, as people have them (RFC 5322's `dot-atom` has more). */
const LOCAL = charSet(`${LETTERS_AND_DIGITS}._%+'-`);
const DOMAIN = charSet(`${LETTERS_AND_DIGITS}.-`);
const [AT, BACKSLASH] = [64, 92];
/** RFC 5321, 4.5.3.1. */
const MAX_LOCAL_CHARS = 64;
const MAX_DOMAIN_CHARS = 255;

/** Ends of files' names, which are no domains: `icon@2x.png`. */
const FILES = new Set([
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
]);

const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;
const TOP = /^(?:[A-Za-z]{2,24}|xn--[A-Za-z0-9-]{2,59})$/;

/** How many characters of a domain are one, dots at its end left out; 0: none. */
const domainLength = (domain: string): number => {
  const trimmed = domain.replace(/[.-]{1,255}$/, '');
  const labels = trimmed.split('.');
  const top = labels.at(-1) ?? '';
  const isDomain = labels.length > 1 && labels.every((part) => part.length <= 63 && LABEL.test(part)) && TOP.test(top);
  return isDomain && !FILES.has(top.toLowerCase()) ? trimmed.length : 0;
};

const isEscapeLetter = (text: Reader, at: number): boolean =>
  text.code(at - 2) === BACKSLASH && has(charSet('nrt'), text.code(at - 1));

/** E-mail addresses. A word could always become one: with this class, the last word is held back until something follows it. */
export const email: Detector = {
  label: 'EMAIL',
  starts: charSet(LETTERS_AND_DIGITS),
  find(text, at) {
    if (has(LOCAL, text.code(at - 1)) && !isEscapeLetter(text, at)) return NO;
    const local = text.run(LOCAL, at, MAX_LOCAL_CHARS + 1);
    if (local - at > MAX_LOCAL_CHARS) return NO;
    if (isOpen(text, local)) return MORE;
    if (text.code(local) !== AT || !has(ALPHANUMERIC, text.code(local + 1)))
      return isOpen(text, local + 1) && text.code(local) === AT ? MORE : NO;
    const end = text.run(DOMAIN, local + 1, MAX_DOMAIN_CHARS);
    if (isOpen(text, end) && end - local - 1 < MAX_DOMAIN_CHARS) return MORE;
    const length = domainLength(text.slice(local + 1, end));
    return length === 0 ? NO : local + 1 + length;
  },
};
