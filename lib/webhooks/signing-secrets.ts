import * as z from 'zod/mini';

/** As the standard has it: at least 192 bits, at most 512. */
const LEAST_BYTES = 24;
const MOST_BYTES = 64;

export const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

const Rotation = z.strictObject({ current: z.string(), previous: z.optional(z.nullable(z.string())) });

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Its message would quote the secret.
    throw new Error('the secret of webhooks begins like JSON and is none');
  }
};

const rotation = (text: string): string[] => {
  const parsed = z.safeParse(Rotation, parse(text));
  if (!parsed.success)
    throw new Error('the secret of webhooks is not {"current": "whsec_...", "previous": "whsec_..."}');
  const { current, previous } = parsed.data;
  return previous ? [current, previous] : [current];
};

const isSecret = (text: string): boolean => {
  const encoded = text.slice(PREFIX.length);
  if (!text.startsWith(PREFIX) || encoded.length % 4 !== 0 || !BASE64.test(encoded)) return false;
  const { length } = Buffer.from(encoded, 'base64');
  return length >= LEAST_BYTES && length <= MOST_BYTES;
};

/**
 * The secrets that webhooks are signed with: one as plain text, `whsec_` and base64 of 24 to 64 bytes, or
 * `{"current": "whsec_...", "previous": "whsec_..."}` while one takes over from the other: then a message has a signature
 * by each. Throws an Error that quotes nothing where there is none, or one has another form.
 */
export const parseWebhookSecrets = (value: string): readonly string[] => {
  const text = value.trim();
  const secrets = text.startsWith('{') ? rotation(text) : [text];
  if (!secrets.every(isSecret)) throw new Error('a secret of webhooks is not whsec_ and base64 of 24 to 64 bytes');
  return secrets;
};

/** The value as it is, once it is known to hold secrets: a botched rotation counts as a failed look-up, not as a new value. */
export const checkedWebhookSecrets = (value: string): string => {
  parseWebhookSecrets(value);
  return value;
};
