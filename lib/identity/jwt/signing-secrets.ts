import * as z from 'zod/mini';
import { memberOf } from '../../secrets/key-value.ts';

/** As many bytes as HS256 has bits of output, RFC 7518 section 3.2: a shorter secret can be guessed from one token. */
export const LEAST_SECRET_BYTES = 32;

/** A secret that tokens are signed with; `kid` `null`: whatever key id a token names. */
export interface SigningSecret {
  readonly kid: string | null;
  readonly secret: string;
}

/** Members of a secret that was made as key and value. */
const NAMES = ['jwtsecret', 'secret', 'signingsecret'];

const Signing = z.union([
  z.pipe(
    z.string(),
    z.transform((secret: string) => ({ kid: null, secret })),
  ),
  z.strictObject({ kid: z.string().check(z.minLength(1), z.maxLength(255)), secret: z.string() }),
]);
const Rotation = z.strictObject({ current: Signing, previous: z.optional(z.nullable(Signing)) });

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Its message would quote the secret.
    throw new Error('the secret of tokens begins like JSON and is none');
  }
};

const secretsIn = (text: string): SigningSecret[] => {
  if (!text.startsWith('{')) return [{ kid: null, secret: text }];
  const value = parse(text) as object;
  const isRotation = 'current' in value || 'previous' in value;
  const member = isRotation ? undefined : memberOf(value, NAMES);
  if (typeof member === 'string') return secretsIn(member.trim());
  const parsed = z.safeParse(Rotation, value);
  if (!parsed.success) throw new Error('the secret of tokens is not {"current": "...", "previous": "..."}');
  const { current, previous } = parsed.data;
  if (current.kid !== null && current.kid === previous?.kid)
    throw new Error('both secrets of tokens have the same kid');
  return previous ? [current, previous] : [current];
};

/**
 * The secrets of HS256 tokens: one as plain text, or `{"current": "...", "previous": "..."}` while one takes over from the
 * other, each also as `{"kid", "secret"}`: then it is for tokens of that key id alone. One may also stand in a secret made
 * as key and value: `{"JWT_SECRET": "..."}`. Throws an Error that quotes nothing where the form is wrong or a secret is
 * shorter than `LEAST_SECRET_BYTES`.
 */
export const parseSigningSecrets = (value: string): readonly SigningSecret[] => {
  const secrets = secretsIn(value.trim());
  if (secrets.some(({ secret }) => Buffer.byteLength(secret) < LEAST_SECRET_BYTES))
    throw new Error(`a secret of tokens has less than ${LEAST_SECRET_BYTES} bytes`);
  return secrets;
};
