import type { Clock } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import type { CoolDownStore } from './store.ts';

/** Longest time of one write, in milliseconds. A call waits for two at most: the one under way, and that of its own. */
export const WRITE_LIMIT_MS = 500;

export interface WritesOptions {
  readonly store: Pick<CoolDownStore, 'extend'>;
  readonly clock: Clock;
  /** How long `who` is to be left alone as far as is known when a write begins; `null`: no longer. */
  readonly until: (name: string, who: string) => number | null;
  readonly failed: (error: unknown) => void;
}

/**
 * Has what is known of one written: resolves when it is, and never rejects. Where many calls are limited at once, one
 * write is under way and one more waits, which tells the longest of all that came meanwhile.
 */
export const createWrites = (options: WritesOptions): ((name: string, who: string) => Promise<void>) => {
  const { store, clock, until, failed } = options;
  const underWay = new Map<string, Promise<void>>();
  const waiting = new Map<string, Promise<void>>();

  const write = async (name: string, who: string): Promise<void> => {
    const end = until(name, who);
    if (end === null) return;
    using limit = createDeadline(clock, WRITE_LIMIT_MS);
    try {
      await store.extend(name, who, end, limit.signal);
    } catch (error) {
      failed(error);
    }
  };
  return (name, who) => {
    const lane = JSON.stringify([name, who]);
    const begin = (): Promise<void> => {
      waiting.delete(lane);
      const done = write(name, who).finally(() => underWay.delete(lane));
      underWay.set(lane, done);
      return done;
    };
    const next = waiting.get(lane);
    if (next !== undefined) return next;
    const before = underWay.get(lane);
    if (before === undefined) return begin();
    const after = before.then(begin);
    waiting.set(lane, after);
    return after;
  };
};
