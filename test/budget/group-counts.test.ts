import { expect, it } from 'vitest';
import { tenantAccount } from '../../lib/budget/account.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createDynamoDbBudgetStore } from '../../lib/budget/dynamodb-store.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import { parseUsd } from '../../lib/kernel/money.ts';
import { seededRandom } from '../seeded-random.ts';
import { createSimulatedDynamoDb } from '../simulated-dynamodb.ts';
import { createVirtualClock } from '../virtual-clock.ts';
import { askedOf } from './parts.ts';

const LIMIT = { day: parseUsd('1000000'), month: null };
const CALLS_EACH = 10;

/** Writes of the tenant's item for each call, where so many connections of one process make one call after the other. */
const writesPerCall = async (connections: number): Promise<number> => {
  const clock = createVirtualClock();
  const random = seededRandom(19);
  const engine = createSimulatedDynamoDb({ now: () => clock.now() });
  let writes = 0;
  const client: typeof engine.client = {
    async send(...asked) {
      writes += 1;
      await clock.wait(4 + random() * 3);
      return engine.client.send(...asked);
    },
  };
  const table = createTable({ client, name: 'ledger', clock, random });
  const budgets = createBudgets(createDynamoDbBudgetStore(table));
  const connect = async (connection: number) => {
    for (let call = 0; call < CALLS_EACH; call += 1) {
      const reservation = askedOf('acme', { attemptId: `run_${connection}_${call}:1:1`, at: clock.now() });
      const answer = await budgets.reserve({ reservation, tenant: tenantAccount('acme', LIMIT), others: [] });
      if (!answer.held) throw new Error('refused');
      await clock.wait(1 + random() * 2);
      await budgets.settle(answer.reservation, parseUsd('0.01'));
    }
  };
  const all = Promise.all(Array.from({ length: connections }, (_, connection) => connect(connection)));
  await clock.runUntil(clock.now() + 600_000);
  await all;
  return writes / (connections * CALLS_EACH);
};

it.each([
  [1, 2],
  [10, 0.5],
  [50, 0.1],
])('with %i connections a tenant’s item is written at most %d times a call', async (connections, most) => {
  const writes = await writesPerCall(connections);
  console.log({ connections, writes });
  expect(writes).toBeLessThanOrEqual(most);
});
