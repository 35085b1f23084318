import { expect, it } from 'vitest';
import { type Limits, tenantAccount } from '../../lib/budget/account.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import { viewBudget } from '../../lib/budget/view.ts';
import { parseUsd } from '../../lib/kernel/money.ts';
import { NOW, reservationOf } from './parts.ts';

const LIMITS: Limits = { day: parseUsd('2'), month: parseUsd('10.5') };

it('shows what is spent, reserved and left in the day and month', async () => {
  const store = createMemoryBudgetStore();
  const tenant = tenantAccount('acme');
  const spent = reservationOf('acme', { amount: parseUsd('1') });
  await store.reserve(tenant, spent);
  await store.settle(tenant, spent, parseUsd('0.000000000001'));
  const yesterday = reservationOf('acme', { attemptId: 'run_02:1:1', amount: parseUsd('3'), at: NOW - 86_400_000 });
  await store.reserve(tenant, yesterday);
  await store.reserve(tenant, reservationOf('acme', { attemptId: 'run_03:1:1', amount: parseUsd('0.5') }));
  expect(await viewBudget(store, 'acme', LIMITS, NOW)).toEqual({
    day: {
      limitUsd: '2',
      spentUsd: '0.000000000001',
      reservedUsd: '0.5',
      remainingUsd: '1.499999999999',
      resetsAt: '2026-11-21T00:00:00.000Z',
    },
    month: {
      limitUsd: '10.5',
      spentUsd: '0.000000000001',
      reservedUsd: '3.5',
      remainingUsd: '6.999999999999',
      resetsAt: '2026-12-01T00:00:00.000Z',
    },
  });
});

it.each([
  ['2026-11-20T00:00:00.000Z', '2026-11-21T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
  ['2026-11-30T23:59:59.999Z', '2026-12-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
  ['2026-12-31T12:00:00.000Z', '2027-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ['2028-02-28T12:00:00.000Z', '2028-02-29T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
])('begins anew at midnight UTC: seen at %s', async (now, day, month) => {
  const view = await viewBudget(createMemoryBudgetStore(), 'acme', { day: null, month: null }, Date.parse(now));
  expect(view.day).toEqual({ limitUsd: null, spentUsd: '0', reservedUsd: '0', remainingUsd: null, resetsAt: day });
  expect(view.month.resetsAt).toBe(month);
});
