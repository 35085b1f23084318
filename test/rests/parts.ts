import type { Clock } from '../../lib/kernel/clock.ts';
import { createRests, type Rests } from '../../lib/rests/rests.ts';
import type { RestStore } from '../../lib/rests/store.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { seededRandom } from '../seeded-random.ts';

export const MODEL = 'anthropic/claude-opus-5-5/';
export const NAME = `${MODEL}standard/key-1`;

export interface Environment {
  readonly rests: Rests;
  readonly events: BallastEvent[];
  /** How a name stands, once others have been heard: how long it rests yet, `due` or `over`. */
  look(name?: string): Promise<number | 'due' | 'over'>;
}

/** One environment of a fleet that shares `store`. */
export const environment = (store: RestStore, clock: Clock, seed = 1): Environment => {
  const events: BallastEvent[] = [];
  const emit = (event: BallastEvent) => void events.push(event);
  const rests = createRests({ store, clock, random: seededRandom(seed), emit });
  const look = async (name = NAME) => {
    await rests.read(MODEL);
    const state = rests.stateOf(name);
    return state.kind === 'resting' ? state.forMs : state.kind;
  };
  return { rests, events, look };
};

/** A store that counts what is asked of it, fails while `down`, and answers while `hanging` only when it is cut off. */
export const watched = (store: RestStore) => {
  const seen = { reads: 0, lists: 0, writes: [] as number[], down: false, hanging: false };
  const outage = async (signal: AbortSignal | undefined) => {
    if (seen.hanging) {
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    }
    if (seen.down) throw new Error('the store is down');
  };
  const through: RestStore = {
    async get(name, options) {
      seen.reads += 1;
      await outage(options?.signal);
      return await store.get(name, options);
    },
    async replace(name, version, next, signal) {
      seen.writes.push(next.until);
      await outage(signal);
      return await store.replace(name, version, next, signal);
    },
    async list(prefix, options) {
      seen.lists += 1;
      await outage(options?.signal);
      return await store.list(prefix, options);
    },
  };
  return { store: through, seen };
};
