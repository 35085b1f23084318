import { ageMs, type Mark, markOf } from '../kernel/age.ts';
import type { Clock } from '../kernel/clock.ts';
import { waitAtMost } from '../kernel/deadline.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';

/** A rotation is seen within this time; one paid look-up per environment and five minutes. */
const TTL_MS = 300_000;
/** When a caller may come back who got none. */
const RETRY_MS = 5_000;
/** An old value stands for so long after a failed look-up: an outage of the secret store is not met with a storm. */
const STALE_MS = 60_000;
/** How long a caller waits for a newer value while there is an old one. */
const PATIENCE_MS = 250;
/** How often a value may be read anew on demand: a storm of rejected calls is not to become one on the secret store. */
const REFRESH_EACH_MS = 5_000;

export interface Secret {
  /** The value. Rejects with `store-unavailable` where it was never loaded and cannot be. */
  get(): Promise<string>;
  /**
   * Reads the value anew, however fresh the one there is: somebody has refused it. Shared by all who ask meanwhile;
   * within five seconds of one, and where the look-up fails, what there is. Rejects as `get` does.
   */
  refresh(): Promise<string>;
}

export interface CachedSecretOptions {
  readonly read: () => Promise<string>;
  readonly clock: Clock;
}

/** Reads a secret at most once at a time, keeps it five minutes, and goes on with an old value while a new one can't be had. */
export const createCachedSecret = ({ read, clock }: CachedSecretOptions): Secret => {
  let value: string | undefined;
  let fresh = { since: markOf(clock), forMs: 0 };
  let refreshed: Mark | undefined;
  let loading: Promise<string> | undefined;

  const load = async (): Promise<string> => {
    try {
      value = await read();
      fresh = { since: markOf(clock), forMs: TTL_MS };
      return value;
    } catch (cause) {
      if (value === undefined)
        throw new AppError('store-unavailable', safe`The service's own key cannot be loaded.`, {
          cause,
          retryAfterMs: RETRY_MS,
        });
      fresh = { since: markOf(clock), forMs: STALE_MS };
      return value;
    }
  };
  const loaded = (): Promise<string> => (loading ??= load().finally(() => (loading = undefined)));
  return {
    async get() {
      if (value !== undefined && ageMs(clock, fresh.since) < fresh.forMs) return value;
      const newer = loaded();
      if (value === undefined) return newer;
      // What the look-up brings if it is quick, else the value there is.
      await waitAtMost(clock, PATIENCE_MS, newer);
      return value;
    },
    refresh() {
      // Only refreshes count here: the very first call of an environment may find that its key was replaced just now.
      const tooSoon = refreshed !== undefined && ageMs(clock, refreshed) < REFRESH_EACH_MS;
      if (loading === undefined && tooSoon && value !== undefined) return Promise.resolve(value);
      if (loading === undefined) refreshed = markOf(clock);
      return loaded();
    },
  };
};
