import { expect, it } from 'vitest';
import { createParking } from '../../lib/accounts/parking.ts';
import { createReconcileBudgets } from '../../lib/accounts/reconcile-budgets.ts';
import { tenantAccount } from '../../lib/budget/account.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createDynamoDbBudgetStore } from '../../lib/budget/dynamodb-store.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import type { DynamoDb } from '../../lib/dynamodb/types.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { createDynamoDbUsageStore } from '../../lib/usage/dynamodb-store.ts';
import { answered } from '../dynamodb/faulty-client.ts';
import { seededRandom } from '../seeded-random.ts';
import { bytesOf, createSimulatedDynamoDb } from '../simulated-dynamodb.ts';
import { createVirtualClock } from '../virtual-clock.ts';
import { BILL, LONGEST_CALL_MS, recordOf, reservationOf } from './parts.ts';

const PARKED = 190;
const PASS_LIMIT_MS = 45_000;

/** A ledger that throttles so many updates of the item one after the other before it takes one, and many parked attempts. */
const setUp = async (refuses: number, takes = Number.POSITIVE_INFINITY) => {
  const clock = createVirtualClock();
  const random = seededRandom(3);
  const dynamoDb = createSimulatedDynamoDb({ now: () => clock.now() });
  let [isShort, refused, taken] = [false, 0, 0];
  const client: DynamoDb = {
    async send(...sent) {
      const [operation, input] = sent;
      const isHot = isShort && operation === 'UpdateItem' && input.TableName === 'ledger';
      if (isHot && (refused < refuses || taken >= takes)) {
        refused += 1;
        throw answered(400, 'ProvisionedThroughputExceededException');
      }
      if (isHot) [refused, taken] = [0, taken + 1];
      return dynamoDb.client.send(...sent);
    },
  };
  const tableOf = (name: string) => createTable({ client, name, clock, random });
  const [ledger, parking] = [tableOf('ledger'), createParking(tableOf('control'))];
  const store = createDynamoDbBudgetStore(ledger);
  const tenant = newTenant('acme', clock.now(), {});
  for (let index = 0; index < PARKED; index += 1) {
    const reservation = reservationOf('acme', { attemptId: `run_${index}:1:1`, at: clock.now() });
    await store.reserve(tenantAccount('acme'), reservation);
    await parking.park({ reservation, record: recordOf(reservation, BILL) });
  }
  const events: BallastEvent[] = [];
  const pass = createReconcileBudgets({
    store,
    parking,
    clock,
    budgets: createBudgets(store),
    usage: createDynamoDbUsageStore(ledger),
    emit: (event) => events.push(event),
    tenants: {
      async *list() {
        yield tenant;
      },
    },
    longestCallMs: LONGEST_CALL_MS,
    limitMs: PASS_LIMIT_MS,
    rewrite: async () => undefined,
    rollUp: async () => undefined,
    recordedOn: async () => null,
    notify: null,
  });
  const item = () => dynamoDb.item('ledger', 'budget#acme');
  const bytes = bytesOf(item());
  isShort = true;
  return {
    bytes,
    /** What a pass came to, and how long it took. */
    pass: async () => {
      const startedMs = clock.monotonicMs();
      const passing = pass().then((reconciled) => ({ ...reconciled, ms: clock.monotonicMs() - startedMs }));
      await clock.runUntil(clock.now() + 60_000);
      return passing;
    },
    relax: () => (isShort = false),
    left: () => ({ bytes: bytesOf(item()), month: item()?.['month']?.N, open: item()?.['open']?.N }),
    parked: async () => (await parking.list()).get('acme')?.length ?? 0,
    told: () => events.filter(({ type }) => type === 'budget.reconciled').length,
  };
};

it('a pass gets through to an item that takes one update in five, and leaves nothing there of what was parked', async () => {
  const { pass, bytes, left, parked, told } = await setUp(4);
  expect(bytes).toBeGreaterThan(15_000);
  expect(await pass()).toMatchObject({ settled: PARKED, failed: 0 });
  expect(left()).toEqual({ bytes: expect.any(Number) as number, month: String(BigInt(PARKED) * BILL), open: '0' });
  expect(left().bytes).toBeLessThan(200);
  expect([await parked(), told()]).toEqual([0, PARKED]);
});

it('a pass keeps what it has settled of an item that takes no more, and ends in time; the next one does the rest alone', async () => {
  const { pass, left, parked, relax, told } = await setUp(0, 2);
  const first = await pass();
  expect(first).toMatchObject({ settled: 80, failed: 1 });
  expect(first.ms).toBeLessThan(PASS_LIMIT_MS);
  expect([await parked(), left().open]).toEqual([PARKED - 80, String(PARKED - 80)]);
  relax();
  expect(await pass()).toMatchObject({ settled: PARKED - 80, failed: 0 });
  expect([await parked(), told(), left().month]).toEqual([0, PARKED, String(BigInt(PARKED) * BILL)]);
});
