import { expect, it, vi } from 'vitest';
import { tenantAccount } from '../../lib/budget/account.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createDynamoDbBudgetStore } from '../../lib/budget/dynamodb-store.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import { pico, sum } from '../../lib/kernel/money.ts';
import { budgetError, crowdedError } from '../../lib/model-call/booking/budget-errors.ts';
import { seededRandom } from '../seeded-random.ts';
import { createSimulatedDynamoDb } from '../simulated-dynamodb.ts';
import { size } from '../sizes.ts';
import { createVirtualClock } from '../virtual-clock.ts';
import { AMOUNT, askedOf } from './parts.ts';

vi.setConfig({ testTimeout: 600_000 });

/** So many calls at once, of which so few are allowed to be open. */
const CALLS = 60;
const MAX_OPEN = 8;

it('refuses nobody for good where all fits once it is settled, and admits whoever waits as long as they are told', async () => {
  for (let seed = 1; seed <= size(5, 200); seed += 1) {
    const clock = createVirtualClock();
    const random = seededRandom(seed);
    const dynamoDb = createSimulatedDynamoDb({ now: () => clock.now() });
    const client: typeof dynamoDb.client = {
      async send(...asked) {
        await clock.wait(3 + random() * 10);
        return dynamoDb.client.send(...asked);
      },
    };
    const table = createTable({ client, name: 'ledger', clock, random });
    const budgets = createBudgets(createDynamoDbBudgetStore(table, { maxOpen: MAX_OPEN }));
    const costs = Array.from({ length: CALLS }, () => pico((AMOUNT * BigInt(Math.floor(random() * 20))) / 100n));
    // What all cost, and room for one to be reserved last: reserved at once they are many times as much.
    const limit = pico(sum(costs) + AMOUNT);
    const tenant = tenantAccount('acme', { day: limit, month: limit });
    let [admitted, refused] = [0, 0];
    const call = async (index: number): Promise<void> => {
      for (;;) {
        const reservation = askedOf('acme', { attemptId: `run_${index}:1:1` });
        const answer = await budgets.reserve({ reservation, tenant, others: [] });
        if (answer.held) {
          await clock.wait(500 + random() * 3_000);
          admitted += 1;
          await budgets.settle(answer.reservation, costs[index] ?? pico(0n));
          return;
        }
        refused += 1;
        if (answer.why === 'fenced-off') throw new Error('Nothing is given back of which a request may arrive.');
        const error =
          answer.why === 'crowded' ? crowdedError(answer.scope) : budgetError(answer.refusal, AMOUNT, AMOUNT);
        expect(error.retryAfterMs, JSON.stringify({ seed, index, code: error.code })).toBeGreaterThan(0);
        await clock.wait((error.retryAfterMs ?? 0) * (1 + random()));
      }
    };
    const all = Promise.all(costs.map((_, index) => call(index)));
    await clock.runUntil(clock.now() + 30 * 60_000);
    await all;
    expect(admitted).toBe(CALLS);
    expect(refused).toBeGreaterThan(0);
  }
});
