import { type Clock, type Random, sleep } from '../kernel/clock.ts';
import { fullJitter } from '../retry/decision.ts';
import { isTransient, storeUnavailable } from './failure.ts';

/** The first attempt and two more: beyond that the store is down, and a caller who waits has given up. */
const MAX_ATTEMPTS = 3;

const DELAYS = {
  /** A throttled partition recovers within tens of milliseconds. */
  baseDelayMs: 25,
  /** Who is patient is still there soon after the store is. */
  maxDelayMs: 2_000,
};

export interface Timing {
  readonly clock: Clock;
  readonly random: Random;
  /** Default: three, or as many as the patience allows. */
  readonly maxAttempts?: number;
}

/**
 * How long an operation is tried again: milliseconds from its beginning, or what is left whenever that is asked, or the
 * least of several.
 */
export type Patience = number | (() => number) | readonly Patience[];

const NEVER = new AbortController().signal;

const leftOf = (patience: Patience, clock: Clock): (() => number) => {
  if (typeof patience === 'function') return patience;
  if (typeof patience !== 'number') {
    const all = patience.map((each) => leftOf(each, clock));
    return () => Math.min(...all.map((left) => left()));
  }
  const startedMs = clock.monotonicMs();
  return () => patience - (clock.monotonicMs() - startedMs);
};

/**
 * Runs an operation that may be repeated without harm, with full jitter between: at most three times (or `maxAttempts`),
 * or for as long as there is `patience`. `act` is told whether an earlier answer may have been lost. Rejects with
 * `store-unavailable` only, also when `signal` aborts: then the store did not answer within the time there was.
 */
export const withStoreRetries = async <T>(
  act: (repeated: boolean) => Promise<T>,
  { clock, random, maxAttempts }: Timing,
  {
    signal = NEVER,
    patience,
    isRetryable = isTransient,
  }: {
    readonly signal?: AbortSignal | undefined;
    readonly patience?: Patience | undefined;
    /** Default: what may pass by itself. */
    readonly isRetryable?: (error: unknown) => boolean;
  } = {},
): Promise<T> => {
  const left = patience === undefined ? null : leftOf(patience, clock);
  const most = maxAttempts ?? (left === null ? MAX_ATTEMPTS : Number.POSITIVE_INFINITY);
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        signal.throwIfAborted();
        return await act(attempt > 1);
      } catch (error) {
        if (attempt >= most || signal.aborted || !isRetryable(error)) throw error;
        const delayMs = fullJitter(attempt - 1, random(), DELAYS);
        if (left !== null && left() <= delayMs) throw error;
        await sleep(clock, delayMs, signal);
      }
    }
  } catch (error) {
    throw storeUnavailable(error);
  }
};
