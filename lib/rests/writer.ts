import { type Clock, type Random, sleep } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { KnownRests } from './known-rests.ts';
import { NEVER_LIMITED, type Rest } from './rest.ts';
import type { RestStore } from './store.ts';

/** Longest time of one change, in milliseconds. A call waits for two at most: the one under way, and that of its own. */
export const WRITE_LIMIT_MS = 500;
/** Tries of one change: whoever was faster has mostly said the same. */
const MAX_TRIES = 5;
/** Ceiling of the pause between tries. */
const MAX_PAUSE_MS = 20;

const contended = () => new AppError('store-unavailable', safe`Too many processes change the rest at once.`);

export interface WriterOptions {
  readonly store: Pick<RestStore, 'get' | 'replace'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly known: Pick<KnownRests, 'correct'>;
}

/** What to write over a rest; `null`: nothing. It is asked anew with each try. */
export type Decide = (rest: Rest) => Rest | null;

/** Changes a rest by its version; gives what it wrote, `null` where there was nothing to write. Rejects when the store fails. */
export type Change = (name: string, decide: Decide) => Promise<Rest | null>;

export const createChange =
  ({ store, clock, random, known }: WriterOptions): Change =>
  async (name, decide) => {
    using limit = createDeadline(clock, WRITE_LIMIT_MS);
    for (let attempt = 1; ; attempt += 1) {
      const from = (await store.get(name, { signal: limit.signal })) ?? NEVER_LIMITED;
      const to = decide(from);
      if (to === null) known.correct(name, from);
      if (to === null) return null;
      if (await store.replace(name, from.version, to, limit.signal)) {
        known.correct(name, to);
        return to;
      }
      if (attempt === MAX_TRIES) throw contended();
      await sleep(clock, random() * MAX_PAUSE_MS, limit.signal);
    }
  };

/**
 * Runs `write` for a name: where many ask at once, one is under way and one more waits, which serves all that came
 * meanwhile.
 */
export const oneAtATime = (write: (name: string) => Promise<void>): ((name: string) => Promise<void>) => {
  const underWay = new Map<string, Promise<void>>();
  const waiting = new Map<string, Promise<void>>();
  return (name) => {
    const begin = (): Promise<void> => {
      waiting.delete(name);
      const done = write(name).finally(() => underWay.delete(name));
      underWay.set(name, done);
      return done;
    };
    const next = waiting.get(name);
    if (next !== undefined) return next;
    const before = underWay.get(name);
    if (before === undefined) return begin();
    const after = before.then(begin);
    waiting.set(name, after);
    return after;
  };
};
