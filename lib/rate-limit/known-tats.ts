import { ageMs, type Mark, markOf } from '../kernel/age.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Tat } from './decision.ts';
import type { Picoseconds } from './rate.ts';

/** Buckets that one environment remembers; each end user has one, so that there must be a bound. */
export const KNOWN_BUCKETS = 10_000;

/** A refusal by what is known is not repeated for longer: other environments may have given back meanwhile. */
export const BELIEVED_MS = 2_000;

interface Known {
  readonly tat: Picoseconds;
  readonly seen: Mark;
}

/**
 * Where buckets stood when the store last told. It saves the first try that would fail, and refuses without a write:
 * a bucket stands no better than it was last seen, unless somebody gave back.
 */
export interface KnownTats {
  get(key: string): Tat;
  set(key: string, tat: Tat): void;
  /** Whether what is known is too old to refuse by; said to one caller, while the others go by it until he has asked. */
  isDue(key: string): boolean;
}

export const createKnownTats = (clock: Pick<Clock, 'now' | 'monotonicMs'>): KnownTats => {
  const tats = new Map<string, Known>();
  return {
    get: (key) => tats.get(key)?.tat ?? null,
    isDue(key) {
      const known = tats.get(key);
      if (known === undefined || ageMs(clock, known.seen) < BELIEVED_MS) return false;
      tats.set(key, { ...known, seen: markOf(clock) });
      return true;
    },
    set(key, tat) {
      // Deleted first, so that the order of the map is that of the last news.
      tats.delete(key);
      if (tat === null) return;
      tats.set(key, { tat, seen: markOf(clock) });
      const [oldest] = tats.keys();
      if (tats.size > KNOWN_BUCKETS && oldest !== undefined) tats.delete(oldest);
    },
  };
};
