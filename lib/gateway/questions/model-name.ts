import * as z from 'zod/mini';

/** Longer than any model's name is, dated ones included. */
const MAX_MODEL_CHARS = 128;

/** A model as a client names it; whether there is one is not said here. */
export const modelName = z.string().check(z.minLength(1), z.maxLength(MAX_MODEL_CHARS));
