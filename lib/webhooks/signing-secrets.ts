import * as z from 'zod/mini';
import { memberOf } from '../secrets/key-value.ts';

/** As the standard has it: at least 192 bits, at most 512. */
const LEAST_BYTES = 24;
const MOST_BYTES = 64;

export const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Members of a secret that was made as key and value. */
const NAMES = ['ballastwebhooksecret', 'webhooksecret', 'secret'];

const Rotation = z.strictObject({ current: z.string(), previous: z.optional(z.nullable(z.string())) });

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Its message would quote the secret.
    throw new Error('the secret of webhooks begins like JSON and is none');
  }
};

const secretsIn = (text: string): string[] => {
  if (!text.startsWith('{')) return [text];
  const value = parse(text) as object;
  const isRotation = 'current' in value || 'previous' in value;
  const member = isRotation ? undefined : memberOf(value, NAMES);
  if (typeof member === 'string') return secretsIn(member.trim());
  const parsed = z.safeParse(Rotation, value);
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
 * by each. One may also stand in a secret made as key and value: `{"WEBHOOK_SECRET": "whsec_..."}`. Throws an Error that quotes nothing where there is none, or one has another form.
 */
export const parseWebhookSecrets = (value: string): readonly string[] => {
  const secrets = secretsIn(value.trim());
  if (!secrets.every(isSecret)) throw new Error('a secret of webhooks is not whsec_ and base64 of 24 to 64 bytes');
  return secrets;
};
