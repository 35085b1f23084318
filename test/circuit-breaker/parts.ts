import { type Circuits, createCircuits } from '../../lib/circuit-breaker/circuits.ts';
import type { Result } from '../../lib/circuit-breaker/decision.ts';
import type { Entry } from '../../lib/circuit-breaker/entry.ts';
import type { CircuitOptions } from '../../lib/circuit-breaker/options.ts';
import type { CircuitStore } from '../../lib/circuit-breaker/store.ts';
import type { Clock } from '../../lib/kernel/clock.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import type { FakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';

export const OPTIONS: CircuitOptions = {
  failureThreshold: 5,
  failureRatio: 0.5,
  failureWindowMs: 60_000,
  breakDurationMs: 60_000,
  successThreshold: 2,
  probeLeaseMs: 35_000,
};

export const NAME = 'anthropic/claude-opus-5-5';

export interface Environment {
  readonly circuits: Circuits;
  readonly events: BallastEvent[];
}

/** One environment of a fleet that shares `store`. */
export const environment = (store: CircuitStore, clock: Clock, seed = 1): Environment => {
  const events: BallastEvent[] = [];
  const emit = (event: BallastEvent) => void events.push(event);
  return { circuits: createCircuits({ store, clock, random: seededRandom(seed), emit, options: OPTIONS }), events };
};

export type Admitted = Extract<Entry, { admitted: true }>;

export const admitted = (entry: Entry): Admitted => {
  if (!entry.admitted) throw new Error('refused where a call should pass');
  return entry;
};

/** Moves the clock, a millisecond at a time, until the work is done: pauses between two tries pass. */
export const moving = async <T>(clock: FakeClock, work: Promise<T>): Promise<T> => {
  let done = false;
  const finish = () => void (done = true);
  work.then(finish, finish);
  await clock.advance(0);
  while (!done) await clock.advance(1);
  return await work;
};

/** So many calls, one after the other, each with that result. */
export const calls = async ({ circuits }: Environment, count: number, result: Result, name = NAME): Promise<void> => {
  for (let call = 0; call < count; call += 1) await admitted(await circuits.enter(name)).report(result);
};

/** How many of `count` simultaneous callers pass. */
export const crowd = async (
  environments: readonly Environment[],
  count: number,
  clock: FakeClock,
): Promise<Admitted[]> => {
  const entries = await moving(
    clock,
    Promise.all(environments.flatMap(({ circuits }) => Array.from({ length: count }, () => circuits.enter(NAME)))),
  );
  return entries.filter((entry) => entry.admitted);
};

/** A store that counts what is asked of it, and fails while `down`. */
export const watched = (store: CircuitStore) => {
  const seen = { reads: 0, strongReads: 0, writes: 0, down: false, hanging: false };
  const outage = async (signal: AbortSignal | undefined) => {
    if (seen.hanging) {
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    }
    if (seen.down) throw new Error('the store is down');
  };
  const through: CircuitStore = {
    async get(name, options) {
      seen.reads += 1;
      if (!options?.eventually) seen.strongReads += 1;
      await outage(options?.signal);
      return await store.get(name, options);
    },
    async replace(name, version, next, signal) {
      seen.writes += 1;
      await outage(signal);
      return await store.replace(name, version, next, signal);
    },
    list: () => store.list(),
  };
  return { store: through, seen };
};
