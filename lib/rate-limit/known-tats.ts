import type { Tat } from './decision.ts';
import type { Picoseconds } from './rate.ts';

/** Buckets that one environment remembers; each end user has one, so that there must be a bound. */
export const KNOWN_BUCKETS = 10_000;

/**
 * Where buckets stood when the store last told. It saves the first try that would fail, and refuses without a write:
 * a bucket stands no better than it was last seen, unless somebody gave back.
 */
export interface KnownTats {
  get(key: string): Tat;
  set(key: string, tat: Tat): void;
}

export const createKnownTats = (): KnownTats => {
  const tats = new Map<string, Picoseconds>();
  return {
    get: (key) => tats.get(key) ?? null,
    set(key, tat) {
      // Deleted first, so that the order of the map is that of the last news.
      tats.delete(key);
      if (tat === null) return;
      tats.set(key, tat);
      const [oldest] = tats.keys();
      if (tats.size > KNOWN_BUCKETS && oldest !== undefined) tats.delete(oldest);
    },
  };
};
