import { expect, it } from 'vitest';
import { type Limits, tenantAccount } from '../../lib/budget/account.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import { forecastOf, viewBudget } from '../../lib/budget/view.ts';
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
      forecastUsd: '0.000000000002',
      resetsAt: '2026-11-21T00:00:00.000Z',
    },
    month: {
      limitUsd: '10.5',
      spentUsd: '0.000000000001',
      reservedUsd: '3.5',
      remainingUsd: '6.999999999999',
      forecastUsd: '0.000000000001',
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
  const forecastUsd = now.includes('T00:') ? null : '0';
  const nothing = { limitUsd: null, spentUsd: '0', reservedUsd: '0', remainingUsd: null };
  expect(view.day).toEqual({ ...nothing, forecastUsd, resetsAt: day });
  expect(view.month.resetsAt).toBe(month);
});

const HOUR_MS = 3_600_000;

it.each<[string, number, string | null]>([
  ['just before the first hour is over', HOUR_MS - 1, null],
  ['after the first hour', HOUR_MS, '72'],
  ['after six hours', 6 * HOUR_MS, '12'],
  ['after a third', 8 * HOUR_MS, '9'],
  ['in the last millisecond', 24 * HOUR_MS - 1, '3.000000034722'],
])('a day in which 3 dollars were spent comes to that at the mean rate so far: %s', (_when, passedMs, forecast) => {
  const span = { from: NOW, to: NOW + 24 * HOUR_MS, leastMs: HOUR_MS };
  const expected = forecast === null ? null : parseUsd(forecast);
  expect(forecastOf(parseUsd('3'), span, NOW + passedMs)).toBe(expected);
});
