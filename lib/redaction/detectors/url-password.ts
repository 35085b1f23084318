import { charSet, type Detector, isOpen, MORE, NO, type Reader } from '../reader.ts';
import { PLACEHOLDERS } from './random-looking.ts';

const COLON = 58;
const BEFORE = 64;
/** How far an address is read for the `@` that ends its password. */
const MOST = 96;
const MIN_CHARS = 8;

const ALLOWED = charSet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@%^{}[]|");
/** What a password is taken by: a name in braces is one to be put in. */
const STARTS = charSet('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!&*+%^');
const HOST = /^[A-Za-z0-9]/;

/** The scheme and the name of an address before its password. */
const NAMED = /(?:^|[^a-z0-9])[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/?#"'<>]{0,32}:$/i;

const PLACEHOLDER = new RegExp(`${PLACEHOLDERS.join('|')}|[{}]|\\[|%s`, 'i');

/** No word that stands for one in an example: letters and digits both. */
const isPassword = (value: string): boolean =>
  value.length >= MIN_CHARS && /[a-z]/i.test(value) && /\d/.test(value) && !PLACEHOLDER.test(value);

const find = (text: Reader, at: number): number => {
  if (text.code(at - 1) !== COLON || !NAMED.test(text.slice(at - BEFORE, at))) return NO;
  const end = text.run(ALLOWED, at, MOST);
  if (end - at < MOST && isOpen(text, end)) return MORE;
  const authority = text.slice(at, end);
  const length = authority.lastIndexOf('@');
  if (length < 0 || !HOST.test(authority.slice(length + 1))) return NO;
  return isPassword(authority.slice(0, length)) ? at + length : NO;
};

/** A password in an address (RFC 3986, 3.2.1): what stands there is one, whatever it looks like, unless an example says so. */
export const urlPassword: Detector = { label: 'API_KEY', starts: STARTS, find };
