import { AppError } from '../kernel/errors.ts';

/**
 * A secret that gives nothing although its store has answered: it is not there, has no value, or one that is not understood.
 * It stays so until somebody puts a value, while a store that is away comes back by itself.
 */
export class MissingSecret extends Error {
  override readonly name = 'MissingSecret';
}

/** Whether an error, or a loader's error, is that of a missing secret. */
export const isSecretMissing = (error: unknown): boolean =>
  (error instanceof AppError ? error.cause : error) instanceof MissingSecret;
