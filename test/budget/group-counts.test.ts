import { expect, it } from 'vitest';
import { createStores } from '../../lib/app/stores.ts';
import { tenantAccount } from '../../lib/budget/account.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { loadConfig } from '../../lib/config.ts';
import { parseUsd } from '../../lib/kernel/money.ts';
import { seededRandom } from '../seeded-random.ts';
import { createSimulatedDynamoDb } from '../simulated-dynamodb.ts';
import { createVirtualClock } from '../virtual-clock.ts';
import { askedOf, recordOf } from './parts.ts';

const LIMIT = { day: parseUsd('1000000'), month: null };
const CALLS_EACH = 10;

/** Writes of a call's books, by where they go, where so many connections of one process make one call after the other. */
const writesPerCall = async (connections: number) => {
  const clock = createVirtualClock();
  const random = seededRandom(19);
  const engine = createSimulatedDynamoDb({ now: () => clock.now() });
  const writes = { item: 0, records: 0 };
  const client: typeof engine.client = {
    async send(...asked) {
      writes[asked[0] === 'UpdateItem' ? 'item' : 'records'] += 1;
      await clock.wait(4 + random() * 3);
      return engine.client.send(...asked);
    },
  };
  const stores = createStores({ client, config: loadConfig({}), clock, random });
  const budgets = createBudgets(stores.budgets);
  const connect = async (connection: number) => {
    for (let call = 0; call < CALLS_EACH; call += 1) {
      const reservation = askedOf('acme', { attemptId: `run_${connection}_${call}:1:1`, at: clock.now() });
      const answer = await budgets.reserve({ reservation, tenant: tenantAccount('acme', LIMIT), others: [] });
      if (!answer.held) throw new Error('refused');
      await clock.wait(1 + random() * 2);
      await stores.usage.add(recordOf(answer.reservation, parseUsd('0.01')));
      await budgets.settle(answer.reservation, parseUsd('0.01'));
    }
  };
  const all = Promise.all(Array.from({ length: connections }, (_, connection) => connect(connection)));
  let isDone = false;
  void all.finally(() => (isDone = true));
  // What is loaded with its first use takes real time.
  while (!isDone) await clock.runUntil(clock.now() + 1_000);
  await all;
  const calls = connections * CALLS_EACH;
  return { item: writes.item / calls, all: (writes.item + writes.records) / calls };
};

it.each([
  [1, 2, 3],
  [10, 0.6, 1],
  [50, 0.15, 0.3],
])(
  'with %i connections a tenant’s item is written at most %d times a call, and everything %d times',
  async (connections, item, all) => {
    const writes = await writesPerCall(connections);
    console.log({ connections, ...writes });
    expect(writes.item).toBeLessThanOrEqual(item);
    expect(writes.all).toBeLessThanOrEqual(all);
  },
);
