import { describe, expect, it } from 'vitest';
import { stageAccount, tenantAccount } from '../../lib/budget/account.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createDynamoDbBudgetStore } from '../../lib/budget/dynamodb-store.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import { alsoHolding, packReservation, unpackReservation } from '../../lib/budget/reservation.ts';
import type { BudgetStore } from '../../lib/budget/store.ts';
import { pico, sum, ZERO } from '../../lib/kernel/money.ts';
import { withStageBudget } from '../../lib/model-call/stage-budget.ts';
import type { Attempt, CallContext } from '../../lib/model-call/types.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { AMOUNT, askedOf, DAY, MONTH, reservationOf } from './parts.ts';

const ROOM_FOR = 3n;
const LIMIT = pico(AMOUNT * ROOM_FOR);
const stage = stageAccount({ day: LIMIT, month: null });

/** Twelve tenants without a limit of their own, who all ask at once. */
const race = async (store: BudgetStore) => {
  const budgets = createBudgets(store);
  const tenants = Array.from({ length: 12 }, (_, at) => `tenant-${at}`);
  const answers = await Promise.all(
    tenants.map((tenantId) => {
      const reservation = askedOf(tenantId, { attemptId: `run_${tenantId}:1:1` });
      return budgets.reserve({ reservation, tenant: tenantAccount(tenantId), others: [stage] });
    }),
  );
  const held = answers.flatMap((answer) => (answer.held ? [answer.reservation] : []));
  const standing = async (pk: string) => {
    const [month] = await store.months({ pk }, MONTH, MONTH);
    return { day: month?.days.get(DAY) ?? ZERO, open: month?.open.length ?? 0 };
  };
  return { budgets, tenants, answers, held, standing };
};

const holds = async (store: BudgetStore) => {
  const { budgets, tenants, answers, held, standing } = await race(store);
  expect(held).toHaveLength(Number(ROOM_FOR));
  expect(answers.filter((answer) => !answer.held)).toMatchObject(
    Array(tenants.length - held.length).fill({
      why: 'spent',
      refusal: { scope: 'stage', period: 'day', limit: LIMIT },
    }),
  );
  expect(await standing(stage.pk)).toEqual({ day: LIMIT, open: held.length });
  // Who was refused holds nothing anywhere.
  const days = await Promise.all(tenants.map(async (tenantId) => (await standing(tenantAccount(tenantId).pk)).day));
  expect(sum(days)).toBe(LIMIT);
  // What is settled by the tenant's own item alone, as after a kill, frees the stage's room too.
  for (const reservation of held) {
    const [month] = await store.months(tenantAccount(reservation.tenantId), MONTH, MONTH);
    expect(month?.open).toMatchObject([{ alsoHeldBy: ['stage'] }]);
    for (const found of month?.open ?? []) await budgets.settle(found, pico(7n));
  }
  expect(await standing(stage.pk)).toEqual({ day: pico(7n * ROOM_FOR), open: 0 });
};

it('a budget of the stage holds over tenants who ask at once, in memory', () => holds(createMemoryBudgetStore()));

describeOnDynamoDb('a budget of the stage', (engine) => {
  it('holds over tenants who ask at once', () => holds(createDynamoDbBudgetStore(engine().table('LedgerTable'))));
});

describe('the account of the stage', () => {
  it("is no tenant's, and is found again from what stands in a tenant's item", () => {
    const reservation = reservationOf('acme', { alsoHeldBy: ['key', 'stage'] });
    const found = unpackReservation('acme', reservation.attemptId, packReservation(reservation));
    expect(found?.alsoHeldBy).toEqual(['key', 'stage']);
    expect(alsoHolding(reservation).map(({ pk }) => pk)).toEqual(['budget#acme#key#key-1', 'budget##stage']);
  });

  it('is asked by each call where the stage has a budget, and by none where it has none', async () => {
    const seen: CallContext[] = [];
    const inner = (async (_request: unknown, context: CallContext) => void seen.push(context)) as unknown as Attempt;
    const own = tenantAccount('acme', { day: pico(1n), month: null });
    const context = {
      bounds: { budget: { tenant: own, others: [own], shadow: false } },
    } as unknown as Parameters<Attempt>[1];
    expect(withStageBudget(undefined, inner)).toBe(inner);
    await withStageBudget('12.50', inner)({} as never, context);
    expect(seen[0]?.bounds.budget).toMatchObject({
      tenant: own,
      others: [own, { scope: 'stage', limits: { day: 12_500_000_000_000n, month: null } }],
    });
  });
});
