import { sleep, type Clock, type Random } from '../kernel/clock.ts';
import { isTransient, storeUnavailable } from './failure.ts';

/** The first attempt and two more: beyond that the store is down, and a caller who waits has given up. */
const MAX_ATTEMPTS = 3;

/** Ceiling of the first pause; it doubles. A throttled partition recovers within tens of milliseconds. */
const BASE_DELAY_MS = 25;

export interface Timing {
  readonly clock: Clock;
  readonly random: Random;
  /** Default: three. */
  readonly maxAttempts?: number;
}

const NEVER = new AbortController().signal;

/**
 * Runs an operation that may be repeated without harm, at most three times (or `maxAttempts`), with full jitter between.
 * `act` is told whether an earlier answer may have been lost. Rejects with `store-unavailable` only,
 * also when `signal` aborts: then the store did not answer within the time there was.
 */
export const attempted = async <T>(
  act: (repeated: boolean) => Promise<T>,
  { clock, random, maxAttempts = MAX_ATTEMPTS }: Timing,
  signal: AbortSignal = NEVER,
): Promise<T> => {
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        signal.throwIfAborted();
        return await act(attempt > 1);
      } catch (error) {
        if (attempt === maxAttempts || signal.aborted || !isTransient(error)) throw error;
        await sleep(clock, random() * BASE_DELAY_MS * 2 ** (attempt - 1), signal);
      }
    }
  } catch (error) {
    throw storeUnavailable(error);
  }
};
