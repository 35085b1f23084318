import * as z from 'zod/mini';

const one = () => z.string().check(z.minLength(16), z.maxLength(512));

const Rotation = z.strictObject({ current: one(), previous: z.optional(z.nullable(one())) });

/** A text that begins like JSON is one: so a variable and the key/value form of Secrets Manager can hold two secrets. */
const unpacked = (value: unknown): unknown => {
  if (typeof value !== 'string' || !value.trimStart().startsWith('{')) return value;
  try {
    return JSON.parse(value);
  } catch {
    // Its message would quote the secret.
    return null;
  }
};

/**
 * What messages to the webhook are signed with: a text of 16 to 512 characters, or `{"current": "...", "previous": "..."}`
 * while one takes over from the other. The current one comes first.
 */
export const SigningSecrets = z.pipe(
  z.transform(unpacked),
  z.pipe(
    z.union([one(), Rotation]),
    z.transform((value): readonly string[] => {
      if (typeof value === 'string') return [value];
      return value.previous ? [value.current, value.previous] : [value.current];
    }),
  ),
);
