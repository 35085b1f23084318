import { createSdkClient, throughSdk } from '../../lib/dynamodb/client.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import type { Clock } from '../../lib/kernel/clock.ts';
import { DUMMY_CONNECTION, TABLE_NAMES } from '../dynamodb-names.ts';
import { seededRandom } from '../seeded-random.ts';

/** A busy machine must not look like a store that is down: limits are longer here than they say, pauses are not. */
const PATIENCE = 20;
const LONGEST_PAUSE_MS = 500;

/** What a process of a fleet stands on: a control table by its own client, chance of its own, and time as it is told. */
export const ownTable = (endpoint: string, seed: number, now: () => number) => {
  const clock: Clock = {
    now,
    monotonicMs: now,
    after(ms, act) {
      const timer = setTimeout(act, ms < LONGEST_PAUSE_MS ? ms : ms * PATIENCE);
      return () => clearTimeout(timer);
    },
  };
  const random = seededRandom(seed);
  const client = throughSdk(createSdkClient({ ...DUMMY_CONNECTION, endpoint }, clock));
  return { clock, random, table: createTable({ client, name: TABLE_NAMES.ControlTable, clock, random }) };
};
