import {
  ALPHANUMERIC,
  CAPITAL_OR_DIGIT,
  charSet,
  type Detector,
  DIGIT,
  has,
  isOpen,
  literal,
  missing,
  MORE,
  NO,
  type Reader,
  spelled,
  spelledRun,
  WORD,
} from '../../reader.ts';
import { FILL_IN, isWords, looksRandom } from '../random-looking.ts';
import type { Form } from './key-form.ts';
import { OTHER_FORMS } from './other-issuers.ts';

const PADDED = charSet('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=');
const COOKIE = charSet('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=%-_');
const DASHED = charSet('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-');

/** The issuers' own documents, and the rules of public scanners; `test/redaction/corpus` names each. */
export const FORMS: readonly Form[] = [
  { prefix: 'ABSK', body: PADDED, least: 100 },
  { prefix: 'bedrock-api-key-', body: PADDED, least: 24 },
  ...['AKIA', 'ASIA', 'ABIA', 'ACCA'].map((prefix) => ({
    prefix,
    body: CAPITAL_OR_DIGIT,
    least: 16,
    exact: true as const,
  })),
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((prefix) => ({ prefix, body: ALPHANUMERIC, least: 36 })),
  { prefix: 'github_pat_', body: WORD, least: 40 },
  ...['xoxb-', 'xoxp-', 'xoxa-', 'xoxo-', 'xoxr-', 'xoxs-', 'xoxe-', 'xoxe.xoxp-', 'xoxe.xoxb-', 'xapp-', 'xoxc-'].map(
    (prefix) => ({ prefix, body: DASHED, least: 20, first: DIGIT }),
  ),
  { prefix: 'xoxd-', body: COOKIE, least: 20, random: true },
  ...['sk_live_', 'sk_test_', 'sk_prod_', 'rk_live_', 'rk_test_', 'rk_prod_', 'sk_org_live_'].map((prefix) => ({
    prefix,
    body: ALPHANUMERIC,
    least: 16,
  })),
  { prefix: 'whsec_', body: PADDED, least: 24 },
  { prefix: 'AIza', body: WORD, least: 35 },
  { prefix: 'GOCSPX-', body: WORD, least: 24 },
  { prefix: 'ya29.', body: WORD, least: 24, label: 'TOKEN' },
  { prefix: '1//0', body: WORD, least: 40, label: 'TOKEN' },
  { prefix: '4/0A', body: WORD, least: 40, label: 'TOKEN' },
  { prefix: 'bk_', body: ALPHANUMERIC, least: 40 },
  ...['sk-ant-api03-', 'sk-proj-'].map((prefix) => ({
    prefix,
    body: WORD,
    least: 20,
  })),
  { prefix: 'sk-', body: ALPHANUMERIC, least: 48 },
  { prefix: 'sk-', body: WORD, least: 20, random: true },
  ...OTHER_FORMS,
];

/** How far a value is read before it is judged. */
const JUDGED = 48;

const ZEROS = /^0+$/;

/** What stands for a key in an example, or goes on as a name in code. */
const isNoKey = (body: string): boolean => ZEROS.test(body) || FILL_IN.test(body) || isWords(body);

const find = (text: Reader, at: number, { prefix, body, least, exact, first, random }: Form): number => {
  const from = spelled(text, at, prefix);
  if (from < 0) return from;
  if (first !== undefined && !has(first, text.code(from))) return missing(text, from);
  if (!random) {
    const end = spelledRun(text, body, from, least);
    if (end === MORE) return MORE;
    if (end - from < least) return missing(text, end);
    if (isNoKey(text.slice(from, from + least))) return NO;
    if (exact && isOpen(text, end)) return MORE;
    return exact && has(WORD, text.code(end)) ? NO : end;
  }
  const end = spelledRun(text, body, from, JUDGED);
  if (end === MORE || (end - from < JUDGED && isOpen(text, end))) return MORE;
  return end - from >= least && looksRandom(text.slice(from, end)) ? end : NO;
};

export const createIssuedKey = (form: Form): Detector => ({
  label: form.label ?? 'API_KEY',
  starts: charSet(form.prefix.charAt(0)),
  find: (text, at) => find(text, at, form),
  ...(form.exact ? {} : { more: (text, at) => spelledRun(text, form.body, at, Infinity) }),
});

export const HOOKS: readonly string[] = ['services/', 'workflows/', 'triggers/'];
const PATH = charSet('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/');
const MIN_PATH_CHARS = 24;

/** The first of the ends, or `MORE` before `NO`. */
const anyOf = (ends: readonly number[]): number => ends.find((end) => end >= 0) ?? Math.min(...ends);

/** A Slack webhook: whoever has its address may write. */
export const createSlackHook = (hooks = HOOKS): Detector => ({
  label: 'API_KEY',
  starts: charSet('h'),
  find(text, at) {
    const host = anyOf(['https://hooks.slack.com/', 'hooks.slack.com/'].map((prefix) => literal(text, at, prefix)));
    if (host < 0) return host;
    const from = anyOf(hooks.map((kind) => literal(text, host, kind)));
    if (from < 0) return from;
    const end = text.run(PATH, from, MIN_PATH_CHARS);
    return end - from < MIN_PATH_CHARS ? missing(text, end) : end;
  },
  more: (text, at) => text.run(PATH, at, Infinity),
});

/** Keys whose issuers give them a form of their own. */
export const issuedKeys: readonly Detector[] = [...FORMS.map(createIssuedKey), createSlackHook()];
