import { createSharedRead } from '../kernel/caching/shared-read.ts';
import type { Clock } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import type { KnownRests } from './known-rests.ts';
import type { RestStore } from './store.ts';

/** How old what an environment has read may be, in milliseconds: as with circuits, about a second. */
export const KEPT_MS = 1_000;
/** Longest time to an answer, in milliseconds: a call must not wait for a hint longer than a wasted attempt takes. */
export const READ_LIMIT_MS = 500;

export interface ReaderOptions {
  readonly store: Pick<RestStore, 'list'>;
  readonly clock: Clock;
  readonly known: Pick<KnownRests, 'learn'>;
  readonly failed: (error: unknown) => void;
}

/**
 * Has the names that begin so read, eventually consistently and at most once a second, by one for all who ask; resolves
 * when that is over, and never rejects. There are as many entries as prefixes, which are a closed set.
 */
export const createReader = ({ store, clock, known, failed }: ReaderOptions): ((prefix: string) => Promise<void>) => {
  const reads = createSharedRead<void>({ clock, ttlMs: KEPT_MS });
  const read = async (prefix: string): Promise<void> => {
    using limit = createDeadline(clock, READ_LIMIT_MS);
    try {
      const found = await store.list(prefix, { eventually: true, signal: limit.signal });
      for (const { name, rest } of found) known.learn(name, rest);
    } catch (error) {
      failed(error);
    }
  };
  return (prefix) => reads.find(prefix, () => read(prefix));
};
