import { describe, expect, it } from 'vitest';
import { checkClosedDays } from '../../lib/accounts/check-closed-days.ts';
import { createReconcileBudgets, type ReconcileBudgetsParts } from '../../lib/accounts/reconcile-budgets.ts';
import { tenantAccount } from '../../lib/budget/account.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { parseUsd, pico } from '../../lib/kernel/money.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { createMemoryUsageStore } from '../../lib/usage/memory-store.ts';
import { createFakeClock } from '../fake-clock.ts';
import { AMOUNT, BILL, GIVEN_UP, LONGEST_CALL_MS, MONTH, NOW, recordOf, reservationOf } from './parts.ts';

const DAY_MS = 86_400_000;

const setUp = (change: Partial<ReconcileBudgetsParts> = {}, now = GIVEN_UP) => {
  const store = createMemoryBudgetStore();
  const events: BallastEvent[] = [];
  const done: string[] = [];
  const clock = createFakeClock(now);
  const tenants = ['acme', 'bolt'].map((id) => newTenant(id, NOW - DAY_MS, { dailyBudgetUsd: '1' }));
  const parts: ReconcileBudgetsParts = {
    store,
    budgets: createBudgets(store),
    usage: createMemoryUsageStore(),
    clock,
    emit: (event) => {
      events.push(event);
      done.push(event.type);
    },
    tenants: {
      async *list() {
        yield* tenants;
      },
    },
    parking: { list: async () => new Map(), remove: async () => undefined },
    rewrite: async () => undefined,
    longestCallMs: LONGEST_CALL_MS,
    notify: async () => done.push('told') > 0,
    rollUp: async () => done.push('rolled up'),
    recordedOn: async () => {
      done.push('day checked');
      return null;
    },
    ...change,
  };
  const hold = (tenantId: string, id: string, at = NOW) =>
    store.reserve(tenantAccount(tenantId), reservationOf(tenantId, { attemptId: `run_${id}:1:1`, at }));
  const month = async (tenantId: string) => (await store.months(tenantAccount(tenantId), MONTH, MONTH))[0];
  return { parts, events, done, clock, hold, month, pass: createReconcileBudgets(parts) };
};

const down = () => Promise.reject(new AppError('store-unavailable', safe`away`));

describe('a pass over the budgets', () => {
  it('settles first, then sums up, and checks days last', async () => {
    const { hold, pass, done } = setUp({}, GIVEN_UP + 2 * DAY_MS);
    await hold('acme', '01');
    expect(await pass()).toEqual({ tenants: 2, settled: 1, failed: 0 });
    expect(done).toEqual(['budget.reconciled', 'rolled up', 'rolled up', 'budgets.reconciled']);
    done.length = 0;
    await pass();
    expect(done).toEqual(['rolled up', 'rolled up', 'day checked', 'budgets.reconciled']);
  });

  it('goes on with the others where one reservation cannot be settled', async () => {
    const usage = createMemoryUsageStore();
    const find: typeof usage.find = (...asked) => (asked[2] === 'run_02:1:1' ? down() : usage.find(...asked));
    const { hold, pass, month } = setUp({ usage: { ...usage, find } });
    for (const id of ['01', '02', '03']) await hold('acme', id);
    await hold('bolt', '04');
    expect(await pass()).toEqual({ tenants: 2, settled: 3, failed: 1 });
    expect((await month('acme'))?.open.map(({ attemptId }) => attemptId)).toEqual(['run_02:1:1']);
  });

  it('gives up nothing as lost while it cannot read what is parked', async () => {
    const { hold, pass, month } = setUp({ parking: { list: down, remove: async () => undefined } });
    await hold('acme', '01');
    expect(await pass()).toMatchObject({ settled: 0 });
    expect((await month('acme'))?.open).toHaveLength(1);
  });

  it('books what is parked by its record, at any age, and takes it away', async () => {
    const held = reservationOf('acme', { attemptId: 'run_01:1:1' });
    const removed: string[] = [];
    const { parts, hold, pass, month } = setUp(
      {
        parking: {
          list: async () => new Map([['acme', [{ reservation: held, record: recordOf(held, BILL) }]]]),
          remove: async ({ attemptId }) => void removed.push(attemptId),
        },
      },
      NOW + 5_000,
    );
    await hold('acme', '01');
    expect(await pass()).toMatchObject({ settled: 1, failed: 0 });
    expect(await month('acme')).toMatchObject({ month: BILL, open: [] });
    expect(await parts.usage.find('acme', NOW, 'run_01:1:1')).toMatchObject({ cost: BILL, userId: 'user|1' });
    expect(removed).toEqual(['run_01:1:1']);
  });

  it('leaves a reservation alone while its own process may be settling it, and waits for what is due within its time', async () => {
    const { hold, pass, clock, month } = setUp({ limitMs: 45_000 }, GIVEN_UP - 10_000);
    await hold('acme', '01');
    const passing = pass();
    await clock.advance(9_000);
    expect((await month('acme'))?.open).toHaveLength(1);
    await clock.advance(2_000);
    expect(await passing).toMatchObject({ settled: 1, failed: 0 });
    expect((await month('acme'))?.month).toBe(AMOUNT);
  });

  it('shows the user of a lost attempt as a pseudonym', async () => {
    const { parts, hold, pass } = setUp();
    await hold('acme', '01');
    await pass();
    const lost = await parts.usage.find('acme', NOW, 'run_01:1:1');
    expect(lost?.userId).toMatch(/^sha256:[0-9a-f]{32}$/);
  });
});

describe('the check of days that are over', () => {
  it('tells a difference before it closes the day, once, and forgets the marks of that day', async () => {
    const store = createMemoryBudgetStore();
    const told: string[] = [];
    const account = tenantAccount('acme');
    const held = reservationOf('acme');
    await store.reserve(account, held);
    await store.settle(account, held, parseUsd('2'));
    await store.mark(account, MONTH, 'told#2026-11-20#50');
    const check = async (recorded: string | null) => {
      const [month] = await store.months(account, MONTH, MONTH);
      if (month === undefined) throw new Error('no month');
      const parts = {
        store: {
          close: (...asked: Parameters<typeof store.close>) => {
            told.push('closed');
            return store.close(...asked);
          },
        },
        emit: (event: BallastEvent) => told.push(event.type === 'budget.drifted' ? `off by ${event.driftUsd}` : '?'),
        longestCallMs: LONGEST_CALL_MS,
        recordedOn: async () => (recorded === null ? null : parseUsd(recorded)),
      };
      await checkClosedDays(parts, 'acme', month, { now: NOW + 2 * DAY_MS });
      return told.splice(0);
    };
    expect(await check(null)).toEqual([]);
    expect(await check('1.5')).toEqual(['off by 0.5', 'closed']);
    expect(await check('1.5')).toEqual([]);
    const [month] = await store.months(account, MONTH, MONTH);
    expect(month).toMatchObject({ closedThrough: '2026-11-20', marks: new Set(), month: pico(parseUsd('2')) });
  });
});
