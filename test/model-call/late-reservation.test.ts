import { expect, it } from 'vitest';
import { tenantAccount } from '../../lib/budget/account.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import type { BudgetStore } from '../../lib/budget/store.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import { withBudget } from '../../lib/model-call/with-budget.ts';
import { createPriceTable } from '../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import { createMemoryUsageStore } from '../../lib/usage/memory-store.ts';
import { answered, REQUEST, setting } from './parts.ts';

const SECOND = 1_000;

/** A call of ten seconds whose reservation is answered only when the test says so. */
const waiting = () => {
  const parts = setting('http://unused', { deadlineMs: 10 * SECOND });
  const { clock, context } = parts;
  const memory = createMemoryBudgetStore();
  const answer = Promise.withResolvers<void>();
  const store: BudgetStore = {
    ...memory,
    async reserve(...asked) {
      const reserved = await memory.reserve(...asked);
      await answer.promise;
      return reserved;
    },
  };
  const call = withBudget({
    clock,
    budgets: createBudgets(store),
    usage: createMemoryUsageStore(),
    prices: createPriceTable(PUBLISHED_PRICES),
    emit: () => undefined,
    provider: { countTokens: async () => 1 },
  })(async () => answered)(REQUEST, context);
  const open = async () => {
    const [month] = await memory.months(tenantAccount('demo'), '2026-11', '2026-11');
    return month?.open.length;
  };
  let hasEnded = false;
  return {
    ...parts,
    call,
    open,
    answer,
    hasEnded: () => hasEnded,
    async end() {
      const ended = context.background.ended().then(() => (hasEnded = true));
      await clock.advance(SECOND);
      return ended;
    },
  };
};

it('a reservation that comes after the deadline is given back before the process may be frozen', async () => {
  const late = waiting();
  const { clock, call, open, answer, hasEnded } = late;
  await clock.advance(10 * SECOND);
  expect(await call).toMatchObject({ ok: false, fault: { error: { code: 'upstream-timeout' } } });
  const ended = late.end();
  await clock.advance(SECOND);
  expect({ open: await open(), hasEnded: hasEnded() }).toEqual({ open: 1, hasEnded: false });
  answer.resolve();
  await ended;
  expect(await open()).toBe(0);
});

it('so is one of which the store says after the deadline that it failed', async () => {
  const late = waiting();
  const { clock, call, open, answer, hasEnded } = late;
  await clock.advance(10 * SECOND);
  await call;
  const ended = late.end();
  await clock.advance(SECOND);
  expect(hasEnded()).toBe(false);
  answer.reject(new AppError('store-unavailable', safe`down`));
  await ended;
  expect(await open()).toBe(0);
});
