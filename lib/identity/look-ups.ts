import { markOf } from '../kernel/age.ts';
import type { Clock } from '../kernel/clock.ts';
import { createExpiringCache } from './expiring-cache.ts';

/** How long a change of a key or tenant may go unseen: the contract's 60 s. */
const KNOWN_TTL_MS = 60_000;
/** Short, so that a new key works soon; long enough that a client with a wrong key costs little. */
const UNKNOWN_TTL_MS = 10_000;

export interface LookUpsOptions {
  readonly clock: Clock;
  readonly maxEntries: number;
}

/** What was looked up of late, found or not; simultaneous look-ups of one id are one. */
export interface LookUps<T> {
  /** `read` is asked only where nothing is remembered; its failures are not remembered. */
  find(id: string, read: () => Promise<T | null>): Promise<T | null>;
  /** What matches is looked up again by the next who asks; `value` is `null` for what is remembered as unknown. */
  forget(matches: (id: string, value: T | null) => boolean): void;
}

export const createLookUps = <T>({ clock, maxEntries }: LookUpsOptions): LookUps<T> => {
  const known = createExpiringCache<T>({ clock, ttlMs: KNOWN_TTL_MS, maxEntries });
  // Apart from the known ones, so that a flood of made-up ids pushes no real one out.
  const unknown = createExpiringCache<true>({ clock, ttlMs: UNKNOWN_TTL_MS, maxEntries });
  const reading = new Map<string, Promise<T | null>>();
  let timesForgotten = 0;

  const look = async (id: string, read: () => Promise<T | null>): Promise<T | null> => {
    const [readAt, before] = [markOf(clock), timesForgotten];
    const value = await read();
    // What was read across a change may be what was true before it: good for who asked then, and for nobody later.
    if (timesForgotten !== before) return value;
    if (value === null) unknown.set(id, true, readAt);
    else known.set(id, value, readAt);
    return value;
  };

  return {
    async find(id, read) {
      const value = known.get(id);
      if (value !== undefined) return value;
      if (unknown.get(id)) return null;
      const inFlight = reading.get(id);
      if (inFlight !== undefined) return inFlight;
      const started = look(id, read).finally(() => {
        if (reading.get(id) === started) reading.delete(id);
      });
      reading.set(id, started);
      return started;
    },
    forget(matches) {
      timesForgotten += 1;
      reading.clear();
      known.forget(matches);
      unknown.forget((id) => matches(id, null));
    },
  };
};
