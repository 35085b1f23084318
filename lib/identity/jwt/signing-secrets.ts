import * as z from 'zod/mini';

/** As many bytes as HS256 has bits of output, RFC 7518 section 3.2: a shorter secret can be guessed from one token. */
export const LEAST_SECRET_BYTES = 32;

/** A secret that tokens are signed with; `kid` `null`: whatever key id a token names. */
export interface SigningSecret {
  readonly kid: string | null;
  readonly secret: string;
}

const Signing = z.strictObject({ kid: z.string().check(z.minLength(1), z.maxLength(255)), secret: z.string() });
const Rotation = z.strictObject({ current: Signing, previous: z.optional(z.nullable(Signing)) });

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Its message would quote the secret.
    throw new Error('the secret of tokens begins like JSON and is none');
  }
};

const rotation = (text: string): SigningSecret[] => {
  const parsed = z.safeParse(Rotation, parse(text));
  if (!parsed.success) throw new Error('the secret of tokens is not {"current": {"kid", "secret"}, "previous": ...}');
  const { current, previous } = parsed.data;
  if (current.kid === previous?.kid) throw new Error('both secrets of tokens have the same kid');
  return previous ? [current, previous] : [current];
};

/**
 * The secrets of HS256 tokens: one as plain text, or `{"current": {"kid", "secret"}, "previous": {"kid", "secret"}}` while
 * one takes over from the other. Throws an Error that quotes nothing where the form is wrong or a secret is shorter than
 * `LEAST_SECRET_BYTES`.
 */
export const parseSigningSecrets = (value: string): readonly SigningSecret[] => {
  const text = value.trim();
  const secrets = text.startsWith('{') ? rotation(text) : [{ kid: null, secret: text }];
  if (secrets.some(({ secret }) => Buffer.byteLength(secret) < LEAST_SECRET_BYTES))
    throw new Error(`a secret of tokens has less than ${LEAST_SECRET_BYTES} bytes`);
  return secrets;
};

/** The value as it is, once it is known to hold secrets: a botched rotation counts as a failed look-up, not as a new value. */
export const checkedSigningSecrets = (value: string): string => {
  parseSigningSecrets(value);
  return value;
};
