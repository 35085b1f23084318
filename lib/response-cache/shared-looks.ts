import { createSharedRead } from '../kernel/caching/shared-read.ts';
import type { Clock } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import type { CacheKey } from './key.ts';
import type { CacheEntry, CacheStore } from './store.ts';

/** Longest time for one look: a run waits for it. */
export const LOOK_LIMIT_MS = 500;

export interface SharedLooksOptions {
  readonly store: Pick<CacheStore, 'read'>;
  readonly clock: Clock;
}

/** Reads what stands under a key; rejects where the store does not answer in time. */
export type LookAt = (key: CacheKey, eventually: boolean) => Promise<CacheEntry>;

/**
 * Those who look at the same key at the same time share one read: a stampede in one process would otherwise be one on the store too.
 * A strong read is made for each, because it has to see what was there before it began.
 */
export const createSharedLooks = ({ store, clock }: SharedLooksOptions): LookAt => {
  const looks = createSharedRead<CacheEntry>({ clock, ttlMs: 0 });
  const read = async (key: CacheKey, eventually: boolean) => {
    using limit = createDeadline(clock, LOOK_LIMIT_MS);
    return await store.read(key, { eventually, signal: limit.signal });
  };
  return (key, eventually) => (eventually ? looks.find(key, () => read(key, true)) : read(key, false));
};
