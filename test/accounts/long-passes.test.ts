import { expect, it } from 'vitest';
import { recordedBy } from '../../lib/accounts/accounting.ts';
import { createReconcileBudgets } from '../../lib/accounts/reconcile-budgets.ts';
import { dayOf, monthOf, tenantAccount } from '../../lib/budget/account.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import { sleep } from '../../lib/kernel/clock.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { createMemoryUsageStore } from '../../lib/usage/memory-store.ts';
import { createMemoryToolUsageStore } from '../../lib/usage/memory-tool-store.ts';
import { createMemoryRollupStore } from '../../lib/usage/reports/rollups/memory-rollup-store.ts';
import { createRollUps } from '../../lib/usage/reports/rollups/roll-up.ts';
import { NOTHING_PARKED, reservationOf } from '../budget/parts.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { record } from '../usage/records.ts';

/** The function's own limit, and when a pass begins nothing more. */
const KILLED_MS = 55_000;
const PASS_LIMIT_MS = 45_000;
const EACH_MS = 60_000;
const LONGEST_CALL_MS = 15 * 60_000;

const DAY = Date.parse('2026-11-20T00:00:00.000Z');
const HOUR_MS = 3_600_000;
const BUSY_HOURS = 3;
const TENANTS = Array.from({ length: 8 }, (_, at) => `busy-${at}`);

/** An hour of 29 calls a second: 49 pages of 1 MB, each 47 ms of a core of which the function has 0.29. */
const PAGES = 8;
const PAGE_MS = 1_000;

const NEVER = new AbortController().signal;

/** One core, which does one thing after the other and stops for good when its function is cut off. */
const createCore = (clock: FakeClock, killed: AbortSignal) => {
  let last: Promise<void> = Promise.resolve();
  return (ms: number): Promise<void> =>
    (last = last.then(async () => {
      await sleep(clock, ms, NEVER);
      if (killed.aborted) await new Promise(() => {});
    }));
};

it('busy tenants that fell behind are summed up and their day closed, pass by pass, each within its function', async () => {
  const clock = createFakeClock(DAY + 26 * HOUR_MS);
  const store = createMemoryBudgetStore();
  const usage = createMemoryUsageStore();
  const rollups = createMemoryRollupStore();
  const budgets = createBudgets(store);
  const tenants = TENANTS.map((id) => newTenant(id, DAY, { monthlyBudgetUsd: '0.000002' }));
  for (const tenantId of TENANTS)
    for (let hour = 0; hour < BUSY_HOURS; hour += 1) {
      const attemptId = `run_${hour}:1:1`;
      const at = DAY + hour * HOUR_MS;
      const held = reservationOf(tenantId, { attemptId, at });
      await store.reserve(tenantAccount(tenantId), held);
      const bill = record({ tenantId, attemptId, at });
      await usage.add(bill);
      await store.settle(tenantAccount(tenantId), held, bill.cost);
    }

  const events: BallastEvent[] = [];
  const passes: { endedMs: number; told: number | null }[] = [];
  const pass = async (): Promise<void> => {
    const killing = new AbortController();
    const core = createCore(clock, killing.signal);
    const startedMs = clock.monotonicMs();
    const this_ = { endedMs: Number.POSITIVE_INFINITY, told: null as number | null };
    passes.push(this_);
    const slow = {
      async *inHour(tenantId: string, at: number) {
        const records = await Array.fromAsync(usage.inHour(tenantId, at));
        if (records.length > 0) for (let page = 0; page < PAGES; page += 1) await core(PAGE_MS);
        yield* records;
      },
    };
    const rolling = createRollUps({
      usage: slow,
      tools: createMemoryToolUsageStore(),
      rollups,
      settledAfterMs: LONGEST_CALL_MS,
    });
    const reconcile = createReconcileBudgets({
      store,
      budgets,
      usage,
      clock,
      emit: (event) => events.push(event),
      longestCallMs: LONGEST_CALL_MS,
      limitMs: PASS_LIMIT_MS,
      tenants: {
        async *list() {
          yield* tenants;
        },
      },
      parking: NOTHING_PARKED,
      rewrite: async () => undefined,
      notify: async () => {
        this_.told ??= clock.monotonicMs() - startedMs;
        return false;
      },
      recordedOn: recordedBy(rollups),
      rollUp: ({ tenantId, createdAt }, now, isOver) => rolling.rollUp({ tenantId, createdAt, now, isOver }),
    });
    void reconcile().then(() => (this_.endedMs = clock.monotonicMs() - startedMs));
    await clock.advance(KILLED_MS);
    killing.abort();
    await clock.advance(EACH_MS - KILLED_MS);
  };

  const closed = async () => {
    const months = await Promise.all(TENANTS.map((id) => store.months(tenantAccount(id), monthOf(DAY), monthOf(DAY))));
    return months.filter(([month]) => month?.closedThrough === dayOf(DAY)).length;
  };
  const workMs = TENANTS.length * BUSY_HOURS * PAGES * PAGE_MS;
  while ((await closed()) < TENANTS.length) {
    await pass();
    expect(passes.length).toBeLessThanOrEqual(Math.ceil(workMs / PASS_LIMIT_MS) + 2);
  }
  expect(Math.max(...passes.map(({ endedMs }) => endedMs))).toBeLessThanOrEqual(KILLED_MS);
  // Whoever is to be told hears of it at the beginning of each pass, whatever there is to sum up.
  expect(passes.map(({ told }) => told)).toEqual(passes.map(() => 0));
  expect(events.filter(({ type }) => type === 'budget.drifted')).toEqual([]);
});
