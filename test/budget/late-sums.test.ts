import { expect, it } from 'vitest';
import { reconcileTenant } from '../../lib/accounts/reconcile-tenant.ts';
import { tenantAccount } from '../../lib/budget/account.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { createMemoryUsageStore } from '../../lib/usage/memory-store.ts';
import { createMemoryToolUsageStore } from '../../lib/usage/memory-tool-store.ts';
import { createMemoryRollupStore } from '../../lib/usage/reports/rollups/memory-rollup-store.ts';
import { createRollUps } from '../../lib/usage/reports/rollups/roll-up.ts';
import { TOTALS } from '../../lib/usage/reports/totals.ts';
import { BILL, LONGEST_CALL_MS, NOTHING_PARKED, NOW, recordOf, reservationOf } from './parts.ts';

const MINUTE_MS = 60_000;

/** A tenant with one attempt that was begun ten minutes before noon, and parked because the ledger was away. */
const setUp = async () => {
  const [store, usage, rollups] = [createMemoryBudgetStore(), createMemoryUsageStore(), createMemoryRollupStore()];
  const rollUps = createRollUps({
    usage,
    tools: createMemoryToolUsageStore(),
    rollups,
    settledAfterMs: LONGEST_CALL_MS,
  });
  const at = NOW - 10 * MINUTE_MS;
  const reservation = reservationOf('acme', { at });
  await store.reserve(tenantAccount('acme'), reservation);
  const parked = [{ reservation, record: recordOf(reservation, BILL) }];
  const tenant = newTenant('acme', at, {});
  const removed: string[] = [];
  const parts = {
    store,
    usage,
    budgets: createBudgets(store),
    emit: () => undefined,
    rewrite: (tenantId: string, late: number) => rollUps.rewrite(tenantId, late),
    parking: {
      ...NOTHING_PARKED,
      remove: async ({ attemptId }: { attemptId: string }) => void removed.push(attemptId),
    },
    longestCallMs: LONGEST_CALL_MS,
    notify: null,
  };
  return {
    removed,
    rollUp: (now: number) => rollUps.rollUp({ tenantId: 'acme', createdAt: at, now }),
    reconcile: (now: number, change: Partial<typeof parts> = {}) =>
      reconcileTenant({ ...parts, ...change }, tenant, { now, parked }),
    /** What the sums of the hour say. */
    async summed() {
      let cost = 0n;
      for await (const { groups } of rollups.inRange('acme', 'day', { from: NOW - 60 * MINUTE_MS, to: NOW }))
        for (const [, figures] of groups) cost += TOTALS.read(figures).cost;
      return cost;
    },
    open: async () => (await store.months(tenantAccount('acme'), '2026-11', '2026-11'))[0]?.open.length,
  };
};

it('what is booked after the sums of its hour were made is in them, within the hour too', async () => {
  const acme = await setUp();
  await acme.rollUp(NOW + 35 * MINUTE_MS);
  await acme.reconcile(NOW + 36 * MINUTE_MS);
  expect(await acme.summed()).toBe(BILL);
});

it('what could not be put into the sums of its hour stays where it is, for the next pass', async () => {
  const acme = await setUp();
  await acme.rollUp(NOW + 35 * MINUTE_MS);
  const failing = { rewrite: () => Promise.reject(new Error('down')) };
  const { settled, failures } = await acme.reconcile(NOW + 36 * MINUTE_MS, failing);
  expect({ settled, failures, removed: acme.removed }).toEqual({
    settled: 0,
    failures: [new Error('down')],
    removed: [],
  });
  await acme.reconcile(NOW + 37 * MINUTE_MS);
  expect(await acme.summed()).toBe(BILL);
  expect({ removed: acme.removed, open: await acme.open() }).toEqual({ removed: ['run_01:1:1'], open: 0 });
});
