import { expect, it } from 'vitest';
import { stageForecast } from '../../lib/accounts/stage-forecast.ts';
import { tenantAccount } from '../../lib/budget/account.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import { formatUsd, parseUsd } from '../../lib/kernel/money.ts';
import { reservationOf } from '../budget/parts.ts';

const [MIDNIGHT, HOUR_MS] = [Date.UTC(2026, 10, 20), 3_600_000];

/** Tenants that have spent so much at that time, each by one call. */
const spent = async (tenants: Readonly<Record<string, readonly (readonly [string, number])[]>>) => {
  const store = createMemoryBudgetStore();
  return Promise.all(
    Object.entries(tenants).map(async ([tenantId, calls]) => {
      const account = tenantAccount(tenantId);
      for (const [nth, [usd, at]] of calls.entries()) {
        const held = reservationOf(tenantId, { attemptId: `run_${nth}:1:1`, at, amount: parseUsd('50') });
        await store.reserve(account, held);
        if (usd !== 'open') await store.settle(account, held, parseUsd(usd));
      }
      return store.months(account, '2026-10', '2026-12');
    }),
  );
};

it('the day’s spend of a stage is forecast from what all tenants have spent so far, without what is reserved', async () => {
  const at = MIDNIGHT + 6 * HOUR_MS;
  const all = await spent({
    acme: [
      ['2', at],
      ['open', at],
      ['100', MIDNIGHT - 1],
    ],
    bolt: [
      ['1.5', at],
      ['100', Date.UTC(2026, 9, 20)],
    ],
    idle: [],
  });
  expect(formatUsd(stageForecast(all, at) ?? parseUsd('0'))).toBe('14');
  expect(formatUsd(stageForecast(all, MIDNIGHT + 12 * HOUR_MS) ?? parseUsd('0'))).toBe('7');
});

it('the first hour of a day says nothing of it', async () => {
  const all = await spent({ acme: [['2', MIDNIGHT]] });
  expect(stageForecast(all, MIDNIGHT + HOUR_MS - 1)).toBeNull();
  expect(stageForecast(all, MIDNIGHT + HOUR_MS)).toBe(parseUsd('48'));
});
