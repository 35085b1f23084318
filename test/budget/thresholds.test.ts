import { describe, expect, it } from 'vitest';
import { notifyThreshold, reconcileTenant } from '../../lib/accounts/reconcile-tenant.ts';
import type { Threshold } from '../../lib/accounts/thresholds/budget-thresholds.ts';
import { tenantAccount } from '../../lib/budget/account.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import { parseUsd } from '../../lib/kernel/money.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { newTenant, type TenantSettings } from '../../lib/tenants/types.ts';
import { createMemoryUsageStore } from '../../lib/usage/memory-store.ts';
import { DAY, GIVEN_UP, LONGEST_CALL_MS, MONTH, NOW, reservationOf } from './parts.ts';

const setUp = (first: Partial<TenantSettings>) => {
  let settings = first;
  const store = createMemoryBudgetStore();
  const told: Threshold[] = [];
  const events: BallastEvent[] = [];
  let reachable = true;
  const parts = {
    store,
    budgets: createBudgets(store),
    usage: createMemoryUsageStore(),
    emit: (event: BallastEvent) => events.push(event),
    rewrite: async () => undefined,
    longestCallMs: LONGEST_CALL_MS,
    notify: async (threshold: Threshold) => {
      if (reachable) told.push(threshold);
      return reachable;
    },
  };
  let calls = 0;
  return {
    events,
    store,
    reach: (now: boolean) => (reachable = now),
    limit: (to: Partial<TenantSettings>) => (settings = to),
    async spend(usd: string, { open = false } = {}) {
      calls += 1;
      const held = reservationOf('acme', { attemptId: `run_${calls}:1:1`, amount: parseUsd(usd) });
      await store.reserve(tenantAccount('acme'), held);
      if (!open) await store.settle(tenantAccount('acme'), held, parseUsd(usd));
    },
    /** What one pass tells. */
    async pass(now = NOW) {
      const { toNotify } = await reconcileTenant(parts, newTenant('acme', NOW, settings), now);
      for (const threshold of toNotify) await notifyThreshold(parts, threshold);
      return told.splice(0).map(({ period, percent }) => `${period} ${percent}`);
    },
  };
};

describe('a threshold of a budget', () => {
  it('is told when it is reached, once, and not again when more is spent', async () => {
    const acme = setUp({ dailyBudgetUsd: '100' });
    const passes: string[][] = [];
    for (const usd of ['49.999999999999', '0.000000000001', '24', '1', '14.9', '0.1', '10', '5']) {
      await acme.spend(usd);
      passes.push([...(await acme.pass()), ...(await acme.pass())]);
    }
    expect(passes).toEqual([[], [`${DAY} 50`], [], [`${DAY} 75`], [], [`${DAY} 90`], [`${DAY} 100`], []]);
    const percents = acme.events.flatMap((event) => (event.type === 'budget.threshold' ? [event.percent] : []));
    expect(percents).toEqual([50, 75, 90, 100]);
  });

  it('is told alone where several are reached at once, and makes the lower ones pointless', async () => {
    const acme = setUp({ dailyBudgetUsd: '100' });
    await acme.spend('95');
    expect(await acme.pass()).toEqual([`${DAY} 90`]);
    expect(await acme.pass()).toEqual([]);
  });

  it('is one of the day and one of the month', async () => {
    const acme = setUp({ dailyBudgetUsd: '10', monthlyBudgetUsd: '20' });
    await acme.spend('10');
    expect(await acme.pass()).toEqual([`${DAY} 100`, `${MONTH} 50`]);
  });

  it('counts what is spent, not what is reserved', async () => {
    const acme = setUp({ dailyBudgetUsd: '100' });
    await acme.spend('90', { open: true });
    expect(await acme.pass()).toEqual([]);
    expect(await acme.pass(GIVEN_UP)).toEqual([]);
    expect(await acme.pass(GIVEN_UP)).toEqual([`${DAY} 90`]);
  });

  it('is told later where it could not be told now', async () => {
    const acme = setUp({ dailyBudgetUsd: '100' });
    await acme.spend('50');
    acme.reach(false);
    expect(await acme.pass()).toEqual([]);
    acme.reach(true);
    expect(await acme.pass()).toEqual([`${DAY} 50`]);
  });

  it('begins anew where the limit is raised or lowered, and is told once of each limit', async () => {
    const acme = setUp({ monthlyBudgetUsd: '100' });
    await acme.spend('100');
    expect(await acme.pass()).toEqual([`${MONTH} 100`]);
    acme.limit({ monthlyBudgetUsd: '200' });
    expect(await acme.pass()).toEqual([`${MONTH} 50`]);
    await acme.spend('100');
    expect(await acme.pass()).toEqual([`${MONTH} 100`]);
    // The same limit, written otherwise.
    acme.limit({ monthlyBudgetUsd: '200.00' });
    expect(await acme.pass()).toEqual([]);
    acme.limit({ monthlyBudgetUsd: '210' });
    expect(await acme.pass()).toEqual([`${MONTH} 90`]);
    acme.limit({ monthlyBudgetUsd: '190' });
    expect(await acme.pass()).toEqual([`${MONTH} 100`]);
    const percents = acme.events.flatMap((event) => (event.type === 'budget.threshold' ? [event.percent] : []));
    expect(percents).toEqual([100, 50, 100, 90, 100]);
  });

  it('leaves no more marks in the account, however often the limit changes', async () => {
    const acme = setUp({ monthlyBudgetUsd: '100' });
    await acme.spend('100');
    for (let limit = 100; limit < 110; limit += 1) {
      acme.limit({ monthlyBudgetUsd: String(limit) });
      await acme.pass();
    }
    const month = await acme.store.month(tenantAccount('acme'), MONTH);
    // A hundred of a hundred, and 90 % since.
    expect([...(month?.marks ?? [])].toSorted()).toEqual([
      `reached#${MONTH}#100#100`,
      `reached#${MONTH}#90#109`,
      `told#${MONTH}#100#100`,
      `told#${MONTH}#90#109`,
    ]);
  });

  it('that an earlier version told, without its limit, is not told again, and begins anew with the next limit', async () => {
    const acme = setUp({ monthlyBudgetUsd: '100' });
    await acme.spend('80');
    for (const percent of [50, 75])
      for (const of of ['reached', 'told'])
        await acme.store.mark(tenantAccount('acme'), MONTH, `${of}#${MONTH}#${percent}`);
    expect([await acme.pass(), acme.events]).toEqual([[], []]);
    acme.limit({ monthlyBudgetUsd: '160' });
    expect(await acme.pass()).toEqual([`${MONTH} 50`]);
    acme.limit({ monthlyBudgetUsd: '100' });
    expect(await acme.pass()).toEqual([]);
    await acme.spend('11');
    expect(await acme.pass()).toEqual([`${MONTH} 90`]);
  });

  it.each([
    ['no limit', {}],
    ['a limit of zero', { dailyBudgetUsd: '0' }],
  ])('is none where there is %s', async (_, settings) => {
    const acme = setUp(settings);
    await acme.spend('5');
    expect(await acme.pass()).toEqual([]);
  });
});
