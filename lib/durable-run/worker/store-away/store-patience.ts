import { type Clock, sleep } from '../../../kernel/clock.ts';
import { AppError } from '../../../kernel/errors.ts';

/** Whether the store did not answer, or refused for now. */
export const isStoreAway = (error: unknown): boolean => error instanceof AppError && error.code === 'store-unavailable';

/** Pauses between tries, in seconds; the last one again and again. */
const PAUSES = [1, 2, 4, 8, 15] as const;
/** The first tries take half a minute. */
export const HALF_MINUTE = PAUSES.length;

/**
 * Does what may be repeated without harm until the store takes it: `retries` times at most, and not beyond the signal.
 * Rejects with what it met last.
 */
export const patiently = async <T>(
  act: () => Promise<T>,
  { clock, signal, retries = HALF_MINUTE }: { clock: Clock; signal: AbortSignal; retries?: number },
): Promise<T> => {
  for (let retry = 0; ; retry += 1) {
    try {
      return await act();
    } catch (error) {
      if (!isStoreAway(error) || retry >= retries || signal.aborted) throw error;
      await sleep(clock, (PAUSES[Math.min(retry, PAUSES.length - 1)] ?? 0) * 1_000, signal).catch(() => undefined);
    }
  }
};
