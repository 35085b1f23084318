import { createCoolDowns, type CoolDowns } from '../../lib/cool-down/cool-downs.ts';
import type { Ends } from '../../lib/cool-down/ends.ts';
import type { CoolDownStore } from '../../lib/cool-down/store.ts';
import type { Clock } from '../../lib/kernel/clock.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';

export const NAME = 'anthropic/claude-opus-5-5';

export interface Environment {
  readonly coolDowns: CoolDowns;
  readonly events: BallastEvent[];
}

/** One environment of a fleet that shares `store`. */
export const environment = (store: CoolDownStore, clock: Clock): Environment => {
  const events: BallastEvent[] = [];
  return { coolDowns: createCoolDowns({ store, clock, emit: (event) => void events.push(event) }), events };
};

/** Who is left alone, for so many milliseconds from now. */
export const ends = (clock: Clock, lengths: Readonly<Record<string, number>>): Ends =>
  new Map(Object.entries(lengths).map(([who, ms]) => [who, clock.now() + ms]));

/** A store that counts what is asked of it, fails while `down`, and answers while `hanging` only when it is cut off. */
export const watched = (store: CoolDownStore) => {
  const seen = { reads: 0, strongReads: 0, writes: [] as number[], down: false, hanging: false };
  const outage = async (signal: AbortSignal | undefined) => {
    if (seen.hanging) {
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    }
    if (seen.down) throw new Error('the store is down');
  };
  const through: CoolDownStore = {
    async extend(name, who, until, signal) {
      seen.writes.push(until);
      await outage(signal);
      return await store.extend(name, who, until, signal);
    },
    async list(name, options) {
      seen.reads += 1;
      if (!options?.eventually) seen.strongReads += 1;
      await outage(options?.signal);
      return await store.list(name, options);
    },
  };
  return { store: through, seen };
};
