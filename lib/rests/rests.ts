import type { Clock, Random } from '../kernel/clock.ts';
import { type Redacted, safe } from '../kernel/redacted.ts';
import { describeFailure } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import { createKnownRests } from './known-rests.ts';
import { createReader } from './reader.ts';
import {
  elect,
  ended,
  givenBack,
  limited,
  MAX_REST_MS,
  PROBE_EACH_MS,
  renewed,
  type Rest,
  type RestState,
} from './rest.ts';
import type { RestStore } from './store.ts';
import { createChange, oneAtATime } from './writer.ts';

export interface RestsOptions {
  readonly store: RestStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: Emit;
}

/** A rest as an operator sees it; `until` is epoch milliseconds. */
export interface ShownRest {
  readonly name: string;
  readonly until: number;
}

/**
 * What is to be left alone for a while, shared by every process on the store. Where that fails, each goes by what it
 * knows itself.
 */
export interface Rests {
  /** Has the names that begin so read, at most once a second. Never rejects. */
  read(prefix: string): Promise<void>;
  /** How a name stands by what is known here; no I/O. */
  stateOf(name: string): RestState;
  /** Asks to try out a name that is `due`: a ticket for the one who is elected, `null` for all others. Never rejects. */
  probe(name: string): Promise<number | null>;
  /**
   * Leaves it alone for at least so many milliseconds from now, at most an hour; only a try, by its ticket, shortens.
   * Known here before the first await, to the others when it resolves, after a second at most. Never rejects.
   */
  limited(name: string, forMs: number, ticket?: number | null): Promise<void>;
  /** The try with that ticket was answered: the rest is over for all. Never rejects. */
  answered(name: string, ticket: number): Promise<void>;
  /** The try with that ticket found out nothing: the next caller may make one. Never rejects. */
  unheard(name: string, ticket: number): Promise<void>;
  /** Those that have not ended, by name. Rejects with `store-unavailable`. */
  list(): Promise<ShownRest[]>;
  /** An operator's word: it is over for all; `false`: there was none. Rejects with `store-unavailable`. */
  end(name: string): Promise<boolean>;
}

export const createRests = ({ store, clock, random, emit }: RestsOptions): Rests => {
  const known = createKnownRests(clock);
  const failing = (operation: Redacted) => (error: unknown) =>
    emit({ type: 'store.failed', operation, ...describeFailure(error) });
  const read = createReader({ store, clock, known, failed: failing(safe`rests.read`) });
  const change = createChange({ store, clock, random, known });
  const [probeFailed, limitFailed, answerFailed, unheardFailed] = [
    failing(safe`rests.probe`),
    failing(safe`rests.limited`),
    failing(safe`rests.answered`),
    failing(safe`rests.unheard`),
  ];

  /** The longest that was said of a name and is not written yet. */
  const unwritten = new Map<string, number>();
  const write = oneAtATime(async (name) => {
    const until = unwritten.get(name);
    unwritten.delete(name);
    if (until === undefined || until <= clock.now()) return;
    await change(name, (rest) => limited(rest, until, clock.now())).catch(limitFailed);
  });

  return {
    read,
    stateOf: (name) => known.stateOf(name),
    async probe(name) {
      const rest = known.get(name);
      // Of this environment one asks the store, and the others go on as if it were not due.
      known.postpone(name, clock.now() + PROBE_EACH_MS);
      let asked = false;
      // Who was slower is not elected: it was tried out, or ended, by another.
      const once = (current: Rest) => (asked ? null : ((asked = true), elect(current, clock.now())));
      try {
        return (await change(name, once))?.version ?? null;
      } catch (error) {
        probeFailed(error);
        return rest.version;
      }
    },
    async limited(name, forMs, ticket = null) {
      const now = clock.now();
      const until = Math.ceil(now + Math.min(forMs, MAX_REST_MS));
      const rest = known.get(name);
      if (ticket !== null) {
        const next = renewed(rest, ticket, until, now);
        if (next !== null) known.expect(name, next);
        await change(name, (current) => renewed(current, ticket, until, clock.now())).catch(limitFailed);
        return;
      }
      const next = limited(rest, until, now);
      if (next === null) return;
      known.expect(name, next);
      unwritten.set(name, Math.max(until, unwritten.get(name) ?? 0));
      await write(name);
    },
    async answered(name, ticket) {
      const over = ended(known.get(name), ticket, clock.now());
      if (over !== null) known.expect(name, over);
      await change(name, (rest) => ended(rest, ticket, clock.now())).catch(answerFailed);
    },
    async unheard(name, ticket) {
      await change(name, (rest) => givenBack(rest, ticket, clock.now())).catch(unheardFailed);
    },
    async list() {
      const all = await store.list('');
      return all.flatMap(({ name, rest: { until } }) => (until > clock.now() ? [{ name, until }] : []));
    },
    end: async (name) => (await change(name, (rest) => ended(rest, null, clock.now()))) !== null,
  };
};
