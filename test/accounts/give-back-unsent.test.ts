import { expect, it } from 'vitest';
import { giveBackUnsent } from '../../lib/accounts/give-back-unsent.ts';
import { NO_LIMITS, tenantAccount } from '../../lib/budget/account.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import { AMOUNT, askedOf, MONTH, NOW } from '../budget/parts.ts';

const ACCOUNT = tenantAccount('acme', NO_LIMITS);

const reserved = async (...attemptIds: string[]) => {
  const store = createMemoryBudgetStore();
  const budgets = createBudgets(store);
  for (const attemptId of attemptIds)
    await budgets.reserve({
      reservation: askedOf('acme', { attemptId }),
      tenant: ACCOUNT,
      others: [],
      giveBack: () => undefined,
    });
  const open = async () => {
    const months = await store.months(ACCOUNT, MONTH, MONTH);
    return months.flatMap((month) => month.open).map(({ attemptId }) => attemptId);
  };
  const giveBack = (...ids: string[]) =>
    giveBackUnsent(
      { store, budgets },
      { tenantId: 'acme', runId: 'run_1', attemptIds: ids, since: NOW - 1, now: NOW + 1_000 },
    );
  return { store, budgets, open, giveBack };
};

it('what attempts hold that were never sent is given back, of them alone, and costs nothing', async () => {
  const { store, open, giveBack } = await reserved(
    'run_1:1:1',
    'run_1:1:2',
    'run_1:1:20',
    'run_1:1:2:anew',
    'run_2:1:2',
  );
  await giveBack('run_1:1:2');
  expect(await open()).toEqual(['run_1:1:1', 'run_1:1:20', 'run_2:1:2']);
  expect((await store.months(ACCOUNT, MONTH, MONTH)).map(({ month }) => month)).toEqual([3n * AMOUNT]);
});

it('a copy of its request that arrives later holds nothing', async () => {
  const { budgets, open, giveBack } = await reserved('run_1:1:2');
  await giveBack('run_1:1:2');
  const again = { reservation: askedOf('acme', { attemptId: 'run_1:1:2' }), tenant: ACCOUNT, others: [] };
  await budgets.reserve({ ...again, giveBack: () => undefined }).catch(() => null);
  expect(await open()).toEqual([]);
});

it('may be repeated, and finds nothing', async () => {
  const { open, giveBack } = await reserved('run_1:1:1');
  await giveBack('run_1:1:2');
  await giveBack('run_1:1:2');
  expect(await open()).toEqual(['run_1:1:1']);
});
