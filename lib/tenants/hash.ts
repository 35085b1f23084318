import { createHash } from 'node:crypto';

/**
 * The form in which a key is stored and looked up: lower-case hexadecimal SHA-256.
 * No salt and no stretching: keys are random, so there is nothing to guess.
 */
export const hashKey = (key: string): string => createHash('sha256').update(key).digest('hex');
