import { ageMs, type Mark, markOf } from '../kernel/age.ts';
import { type Clock, orAborted } from '../kernel/clock.ts';
import { createDeadline, waitAtMost } from '../kernel/deadline.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import { isSecretMissing } from './missing-secret.ts';

/** A rotation is seen within this time. */
const FRESH_MS = 300_000;
/** From this part of that time on a newer value is read in the background, so that nobody waits for it. */
const AHEAD = 0.8;
/** Between two reads of which the first has failed: an outage of the store is not met with a storm. */
const PAUSE_MS = 60_000;
/** Longest read: two tries of the reader, and the pause between them. */
const READ_MS = 7_000;
/** How long a value is used that cannot be read anew: what was taken away must end some time. */
const MAX_STALE_MS = 24 * 3_600_000;
/** How long the first who finds a value expired waits for a newer one: nobody has asked for a while, so much may be new. */
const PATIENCE_MS = 250;
/** Between two reads on demand: a storm of rejected calls is not to become one on the store. */
const REFRESH_EACH_MS = 5_000;
/** When a caller may come back who got none. */
const RETRY_MS = 5_000;

/** How what was read stands by its age; `expired` may still be used, `spent` may not. */
export type Freshness = 'fresh' | 'aging' | 'expired' | 'spent';

/** `ageMs` counts from the beginning of the read. */
export const freshnessAt = (ageMs: number, freshMs = FRESH_MS): Freshness => {
  if (ageMs < freshMs * AHEAD) return 'fresh';
  if (ageMs < freshMs) return 'aging';
  return ageMs < freshMs + MAX_STALE_MS ? 'expired' : 'spent';
};

/** What was read, and reads it anew. */
export interface Loader<T> {
  /**
   * The value, without waiting while there is one that has not expired. Rejects with `store-unavailable` where there is none,
   * or none of the last 24 hours, and it cannot be read; `isSecretMissing` tells whether there is none to be read.
   */
  get(): Promise<T>;
  /**
   * Reads the value anew, however fresh the one there is: somebody has refused it. Shared by all who ask meanwhile;
   * within `eachMs` (default five seconds) of one, and where the read fails, what there is. Rejects as `get` does.
   */
  refresh(eachMs?: number): Promise<T>;
  /** The last read that was begun: how long ago, and why it failed. */
  lastRead(): { readonly ageMs: number; readonly failure: unknown } | null;
}

/** A loader of a text that is secret. */
export type Secret = Pick<Loader<string>, 'get' | 'refresh'>;

export interface LoaderOptions<T> {
  /** Rejects where there is no value, or one of a form that is not understood: then the one before stays. */
  readonly read: (signal: AbortSignal) => Promise<T>;
  readonly clock: Clock;
  /** Default: five minutes. */
  readonly freshMs?: number | undefined;
  /** Default: a minute. */
  readonly pauseMs?: number | undefined;
  /** Longest read; default: seven seconds. */
  readonly readMs?: number | undefined;
  /** Is told once that an expired value is used because it could not be read, and again only after it could be. */
  readonly onStale?: ((error: unknown) => void) | undefined;
}

/** Reads at most once at a time, ahead of the end of what it has, and goes on with that while nothing newer can be had. */
export const createLoader = <T>(options: LoaderOptions<T>): Loader<T> => {
  const { read, clock, freshMs = FRESH_MS, pauseMs = PAUSE_MS, readMs = READ_MS, onStale } = options;
  let known: { readonly value: T; readonly at: Mark } | undefined;
  let last: { readonly at: Mark; failure: unknown } | undefined;
  let flight: { readonly at: Mark; readonly ended: Promise<void> } | undefined;
  let refreshedAt: Mark | undefined;
  let isStale = false;

  const freshness = (): Freshness => (known === undefined ? 'spent' : freshnessAt(ageMs(clock, known.at), freshMs));
  const load = async (at: Mark): Promise<void> => {
    const own = (last = { at, failure: undefined as unknown });
    using deadline = createDeadline(clock, readMs);
    try {
      const value = await orAborted(read(deadline.signal), deadline.signal);
      // One that was frozen with its process may end after a later one.
      if (last !== own) return;
      known = { value, at };
      isStale = false;
    } catch (error) {
      own.failure = error;
      // What was frozen says nothing of how things stand now.
      if (last !== own || known === undefined || isStale || ['fresh', 'aging'].includes(freshness())) return;
      isStale = true;
      onStale?.(error);
    }
  };
  /** The read that is under way, if it has not been frozen with its process. */
  const underWay = () => (flight !== undefined && ageMs(clock, flight.at) < readMs ? flight.ended : undefined);
  const begin = (): Promise<void> => {
    const at = markOf(clock);
    const ended = load(at).finally(() => {
      if (flight?.at === at) flight = undefined;
    });
    flight = { at, ended };
    return ended;
  };
  const isPausing = () => last?.failure !== undefined && ageMs(clock, last.at) < pauseMs;
  const valueOrThrow = (): T => {
    if (known !== undefined && freshness() !== 'spent') return known.value;
    const cause = last?.failure;
    const why = isSecretMissing(cause)
      ? safe`The service's own key is not there, or not understood.`
      : safe`The service's own key cannot be loaded.`;
    throw new AppError('store-unavailable', why, {
      cause,
      retryAfterMs: RETRY_MS,
    });
  };

  return {
    async get() {
      const state = freshness();
      if (state === 'spent') await (underWay() ?? begin());
      else if (state !== 'fresh' && !isPausing() && underWay() === undefined) {
        const ended = begin();
        if (state === 'expired') await waitAtMost(clock, PATIENCE_MS, ended);
      }
      return valueOrThrow();
    },
    async refresh(eachMs = REFRESH_EACH_MS) {
      const tooSoon = refreshedAt !== undefined && ageMs(clock, refreshedAt) < eachMs;
      const joined = underWay();
      if (joined !== undefined) await joined;
      else if (!tooSoon || freshness() === 'spent') {
        // Only refreshes count here: the very first call of an environment may find that its key was replaced just now.
        refreshedAt = markOf(clock);
        await begin();
      }
      return valueOrThrow();
    },
    lastRead: () => (last === undefined ? null : { ageMs: ageMs(clock, last.at), failure: last.failure }),
  };
};
