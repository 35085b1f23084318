import { charSet, type Detector } from '../../reader.ts';
import { FILL_IN, isDense, isRandom, looksGenerated } from '../random-looking.ts';
import { behind, mayBehind, mayBehindBlank } from './behind.ts';

/** A key or a token behind a blank alone: `--token …`, `X-API-Key …`, `Authorization: token …`. */
const BLANK_NAMES =
  /(?:\b(?:api[ _-]?key|passw(?:or)?d|requirepass|mailchimp|auth.token|client.secret|sshpass -p)|^auth|(?<![\w-])--?(?:[a-z]{1,12}[-_]){0,3}(?:key|token|passw(?:or)?d|pwd)|\bauthorization["']?:\s{0,2}["']?(?:token|[a-z]{0,5}key|ssws|splunk))\s{1,2}["'`]?$/i;
/** Ends of these names. */
const NAME_ENDS = charSet('yYnNdDsSktTpH');

const BEARER = /bearer["'`*]{0,2}(?::?\s{1,3}["'`<]?|:?%20|\+|%3A(?:%20)?|\s?["'`]\s?[,:+.]\s?["'`])$/i;
const BASIC = /\bbasic(?::?\s{1,3}|%20|\+)$/i;
const AUTHORIZATION = /authorization\W{1,8}basic[^a-z]+$/i;
const AFTER_BEARER = charSet('rR:,+<');
const AFTER_BASIC = charSet('cC:');

/**
 * A name and a password in base64 (RFC 7617). Words may happen to be that of letters beyond ASCII: `Basic SFNT/TrueType`. So
 * they count only behind the name of the header, or where the value is no word.
 */
const isNameAndPassword = (value: string, before: string): boolean => {
  const [, encoded = ''] = /^([a-z0-9+/]{8,})(?:=|%3D){0,2}$/i.exec(value) ?? [];
  const plain = Buffer.from(encoded, 'base64').toString('latin1');
  if (/^[ -9;-~]+:[ -~]*$/.test(plain)) return true;
  const mayBeWord = !/[\d=]/.test(value) && !AUTHORIZATION.test(before);
  return !mayBeWord && /^[ -9;-~\u00a0-\u00ff]+:[ -~\u00a0-\u00ff]*$/.test(plain);
};

const MIN_TOKEN_CHARS = 16;
const LETTER = /[a-z]/i;
const THREE_DIGITS = /(?:\d.*){3}/;
/** Longer than any word. */
const LETTERS = /[a-z]{32}/i;

/** Also what a person has typed: letters with a number, or more of them than a word has. */
const isToken = (value: string): boolean => {
  if (isRandom(value)) return true;
  if (value.length < MIN_TOKEN_CHARS || FILL_IN.test(value)) return false;
  return LETTERS.test(value) || (LETTER.test(value) && THREE_DIGITS.test(value));
};

/** Tokens and keys behind the scheme of a header, or an option of a command. */
export const bearer: Detector = behind('TOKEN', mayBehind(AFTER_BEARER), BEARER, isToken);
export const basic: Detector = behind('TOKEN', mayBehind(AFTER_BASIC), BASIC, isNameAndPassword);

const COLON = 58;
/** The name of who signs in. */
const USER = /\bcurl .*(?:-u|--user)[ =]?["']?[^\s:"']{0,32}:$/;

/** The password of whom `curl` signs in. */
export const curlPassword: Detector = behind(
  'API_KEY',
  (text, at) => text.code(at - 1) === COLON,
  USER,
  (value) => isRandom(value) || looksGenerated(value),
);
export const behindBlank: Detector = behind('API_KEY', mayBehindBlank(NAME_ENDS), BLANK_NAMES, isRandom);

/** A key in a sentence that tells of it: `use the token …`, `the key you need is …`. */
const SENTENCE =
  /\b(?:(?:us(?:e|ing)|with|my|your|our|the|this|new) (?:(?:access|secret|auth|bearer) )?(?:token|key|secret)|(?:token|key|secret|password) (?:[a-z']{1,12} ){0,4}is) ["'`]?$/i;
export const inSentence: Detector = behind('API_KEY', mayBehindBlank(NAME_ENDS), SENTENCE, isDense);
