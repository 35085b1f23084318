import { memberOf } from './key-value.ts';

/** What pasting leaves around a key: white space, a byte order mark, characters without width. */
const AROUND = /^[\s\u200B-\u200D\u2060\uFEFF]+|[\s\u200B-\u200D\u2060\uFEFF]+$/gu;
/** The scheme, where the whole header was copied. */
const SCHEME = /^Bearer\s+/i;

/** Members of a secret that was made as key and value, by their letters alone: `ANTHROPIC_API_KEY`, `apiKey`. */
const KEY_NAMES = ['anthropicapikey', 'apikey', 'anthropickey', 'key'];

const cleaned = (key: string): string => key.replaceAll(AROUND, '').replace(SCHEME, '');

const malformed = () => new Error('the secret is neither a key nor a JSON array of keys');

/** Never throws what JSON.parse does: its message would quote the secret. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed();
  }
};

const keysOf = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value) && value.every((key) => typeof key === 'string')) return value;
  throw malformed();
};

/**
 * The keys in a secret: the key itself, as it is or in quotes, a JSON array of keys, or what Secrets Manager makes of
 * key and value: `{ "ANTHROPIC_API_KEY": … }`, whose value may be each of these. Throws where there is none; never
 * quotes it. Whether a key can be sent is not said: an unsendable one is told as a rejected one.
 */
export const parseProviderKeys = (secret: string): readonly [string, ...string[]] => {
  const text = cleaned(secret);
  const value = /^["[{]/.test(text) ? parsed(text) : text;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const member = memberOf(value, KEY_NAMES);
    return parseProviderKeys(typeof member === 'string' ? member : JSON.stringify(keysOf(member)));
  }
  const [first, ...rest] = keysOf(value)
    .map(cleaned)
    .filter((key) => key !== '');
  if (first === undefined) throw new Error('the secret holds no key');
  return [first, ...rest];
};

/** Whether a header can carry the key: visible ASCII, which is all that keys are made of. */
export const isSendable = (key: string): boolean => /^[\x21-\x7E]+$/.test(key);
