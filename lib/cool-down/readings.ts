import { ageMs, markOf, type Mark } from '../kernel/age.ts';
import type { Clock } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import type { Ends } from './ends.ts';
import type { CoolDownStore } from './store.ts';

/** How old what an environment has read may be, in milliseconds: as with circuits, about a second. */
export const KEPT_MS = 1_000;
/** Longest time to an answer, in milliseconds: a call must not wait for a hint longer than a wasted attempt takes. */
export const READ_LIMIT_MS = 500;

export interface ReadingsOptions {
  readonly store: Pick<CoolDownStore, 'list'>;
  readonly clock: Clock;
  /** Called once for each reading, before those who wait for it go on. */
  readonly learn: (name: string, ends: Ends) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Has a name read, eventually consistently and at most once a second, by one for all who ask; resolves when that is
 * over, and never rejects. There are as many entries as names, which are a closed set.
 */
export const createReadings = ({ store, clock, learn, failed }: ReadingsOptions): ((name: string) => Promise<void>) => {
  const readings = new Map<string, { readonly at: Mark; readonly done: Promise<void> }>();
  const read = async (name: string): Promise<void> => {
    using limit = createDeadline(clock, READ_LIMIT_MS);
    try {
      learn(name, await store.list(name, { eventually: true, signal: limit.signal }));
    } catch (error) {
      failed(error);
    }
  };
  return (name) => {
    const last = readings.get(name);
    if (last !== undefined && ageMs(clock, last.at) < KEPT_MS) return last.done;
    const at = markOf(clock);
    const done = read(name);
    readings.set(name, { at, done });
    return done;
  };
};
