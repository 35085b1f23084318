import type { Clock } from '../kernel/clock.ts';
import { safe, type Redacted } from '../kernel/redacted.ts';
import { nameError } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import { longest, NOBODY, type Ends } from './ends.ts';
import { createReadings } from './readings.ts';
import type { CoolDownStore } from './store.ts';
import { createWrites } from './writes.ts';

/**
 * Longest cool-down, in milliseconds. Limits of a day do exist, but so do wrong Retry-After headers, and no other
 * answer can ever shorten one: after an hour the next call finds out whether it still holds.
 */
export const MAX_COOL_DOWN_MS = 3_600_000;

export interface CoolDownsOptions {
  readonly store: CoolDownStore;
  readonly clock: Clock;
  readonly emit: Emit;
}

/** Who is to be left alone for a while, shared by every process on the store. Where it fails, each knows its own. */
export interface CoolDowns {
  /** Never rejects. What this environment has extended is in it at once; what others have, within about a second. */
  of(name: string): Promise<Ends>;
  /**
   * Leaves `who` alone for at least so many milliseconds from now, at most an hour; never shortens. Known here before
   * the first await, told to the others when it resolves, after a second at most. Never rejects.
   */
  extend(name: string, who: string, forMs: number): Promise<void>;
}

export const createCoolDowns = ({ store, clock, emit }: CoolDownsOptions): CoolDowns => {
  const known = new Map<string, Ends>();
  const learn = (name: string, news: Ends): Ends => {
    const ends = longest(known.get(name) ?? NOBODY, news, clock.now());
    known.set(name, ends);
    return ends;
  };
  const current = (name: string): Ends => learn(name, NOBODY);
  const failing = (operation: Redacted) => (error: unknown) =>
    emit({ type: 'store.failed', operation, error: nameError(error) });

  const read = createReadings({ store, clock, learn, failed: failing(safe`cool-down.of`) });
  const write = createWrites({
    ...{ store, clock, failed: failing(safe`cool-down.extend`) },
    until: (name, who) => current(name).get(who) ?? null,
  });

  return {
    async of(name) {
      await read(name);
      return current(name);
    },
    async extend(name, who, forMs) {
      const until = Math.ceil(clock.now() + Math.min(forMs, MAX_COOL_DOWN_MS));
      const before = current(name).get(who) ?? clock.now();
      // Also where `forMs` is no number at all.
      if (!(until > before)) return;
      learn(name, new Map([[who, until]]));
      await write(name, who);
    },
  };
};
