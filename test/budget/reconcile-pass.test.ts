import { describe, expect, it } from 'vitest';
import { checkClosedDays } from '../../lib/accounts/check-closed-days.ts';
import { createReconcileBudgets, type ReconcileBudgetsParts } from '../../lib/accounts/reconcile-budgets.ts';
import { settleAbandoned } from '../../lib/accounts/settle-abandoned.ts';
import { tenantAccount } from '../../lib/budget/account.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { parseUsd, pico, plus, sum } from '../../lib/kernel/money.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { createMemoryUsageStore } from '../../lib/usage/memory-store.ts';
import type { UsageRecord } from '../../lib/usage/record.ts';
import { createFakeClock } from '../fake-clock.ts';
import {
  AMOUNT,
  BILL,
  GIVEN_UP,
  LONGEST_CALL_MS,
  MONTH,
  NOTHING_PARKED,
  NOW,
  recordOf,
  reservationOf,
} from './parts.ts';

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
    parking: NOTHING_PARKED,
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
  return { store, parts, events, done, clock, hold, month, pass: createReconcileBudgets(parts) };
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

  it('says what all tenants will have spent at the end of the day, those left out that it could not read', async () => {
    const noon = Date.UTC(2026, 10, 20, 12);
    const { parts, pass, events, store } = setUp({}, noon);
    for (const [tenantId, usd] of [
      ['acme', '2'],
      ['bolt', '0.5'],
    ] as const) {
      const held = reservationOf(tenantId, { at: noon - 1 });
      await store.reserve(tenantAccount(tenantId), held);
      await parts.budgets.settle(held, parseUsd(usd));
    }
    await pass();
    const known = { ...store };
    const months: typeof store.months = (...asked) => (asked[0].pk.endsWith('acme') ? down() : known.months(...asked));
    Object.assign(store, { months });
    await pass();
    expect(events.filter(({ type }) => type === 'budgets.reconciled')).toMatchObject([
      { forecastUsd: '5' },
      { forecastUsd: '1', failed: 1 },
    ]);
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
    const { hold, pass, month } = setUp({ parking: { ...NOTHING_PARKED, list: down } });
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
          ...NOTHING_PARKED,
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

  it('books what waits of a tenant that is not listed any more, parked or left in a call that nobody held', async () => {
    const parked = reservationOf('gone', { attemptId: 'run_01:1:1' });
    const left = reservationOf('gone', { attemptId: 'run_02:1:1', unheld: true });
    const removed: string[] = [];
    const waiting = [
      { reservation: parked, record: recordOf(parked, BILL) },
      { reservation: left, record: 'unknown' as const },
    ];
    const { parts, hold, pass, month } = setUp({
      parking: {
        list: async () => new Map([['gone', waiting]]),
        claim: async () => true,
        book: async ({ reservation }) => removed.push(`booked ${reservation.attemptId}`) > 0,
        remove: async ({ attemptId }) => void removed.push(attemptId),
      },
    });
    await hold('gone', '01');
    expect(await pass()).toMatchObject({ tenants: 2, settled: 2, failed: 0 });
    expect(await month('gone')).toMatchObject({ month: plus(BILL, AMOUNT), open: [] });
    expect(await parts.usage.find('gone', NOW, 'run_02:1:1')).toMatchObject({ estimated: 'lost', cost: AMOUNT });
    expect(removed).toEqual(['run_01:1:1', 'booked run_02:1:1']);
  });

  it('writes nothing for what is parked and settled already', async () => {
    const held = ['01', '02'].map((id) => reservationOf('acme', { attemptId: `run_${id}:1:1` }));
    const removed: string[] = [];
    const store = createMemoryBudgetStore();
    const asked: string[] = [];
    const { pass } = setUp({
      store,
      budgets: createBudgets({
        ...store,
        settleAll: async (account, settlements, patience) => {
          asked.push(...settlements.map(({ reservation }) => reservation.attemptId));
          return store.settleAll(account, settlements, patience);
        },
      }),
      parking: {
        list: async () =>
          new Map([['acme', held.map((reservation) => ({ reservation, record: recordOf(reservation, BILL) }))]]),
        claim: async () => true,
        book: async () => true,
        remove: async ({ attemptId }) => void removed.push(attemptId),
      },
    });
    for (const each of held) await store.reserve(tenantAccount('acme'), each);
    for (const each of held.slice(0, 1)) await store.settle(tenantAccount('acme'), each, BILL);
    expect(await pass()).toMatchObject({ settled: 2, failed: 0 });
    expect([asked, removed]).toEqual([['run_02:1:1'], ['run_01:1:1', 'run_02:1:1']]);
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

  it('holds nothing that was given up where its request arrives again, and what begins later as ever', async () => {
    const { hold, pass, month } = setUp();
    await hold('acme', '01');
    await pass();
    expect(await hold('acme', '01')).toMatchObject({ reserved: false });
    expect(await hold('acme', '02', GIVEN_UP)).toMatchObject({ reserved: true });
    expect(await month('acme')).toMatchObject({ open: [{ attemptId: 'run_02:1:1' }], tombstones: [] });
  });

  it('keeps nobody out by what was given up a moment ago', async () => {
    const { parts, hold, month } = setUp({}, NOW + 1_000);
    await hold('acme', '01', NOW + 500);
    const lost = reservationOf('acme', { attemptId: 'run_01:1:1', at: NOW + 500 });
    const left = { abandoned: [lost], parked: [], now: NOW + 1_000 };
    expect(await settleAbandoned(parts, 'acme', left)).toEqual({ settled: 1, failures: [] });
    expect(await hold('acme', '01', NOW + 500)).toMatchObject({ reserved: false });
    // By a clock that is behind that of the one that was killed.
    expect(await hold('acme', '02', NOW)).toMatchObject({ reserved: true });
    expect(await month('acme')).toMatchObject({ tombstones: [{ attemptId: 'run_01:1:1' }] });
  });

  it('shows the user of a lost attempt as a pseudonym', async () => {
    const { parts, hold, pass } = setUp();
    await hold('acme', '01');
    await pass();
    const lost = await parts.usage.find('acme', NOW, 'run_01:1:1');
    expect(lost?.userId).toMatch(/^sha256:[0-9a-f]{32}$/);
  });
});

describe('sums of hours that are over', () => {
  const summedTo = async (open: readonly number[], parked: readonly number[] | null, now = NOW + 3_600_000) => {
    const asked: number[] = [];
    const waiting = (parked ?? []).map((at, index) => {
      const reservation = reservationOf('acme', { attemptId: `run_p${index}:1:1`, at });
      return { reservation, record: recordOf(reservation, BILL) };
    });
    const { pass, hold } = setUp(
      {
        rollUp: async ({ tenantId }, until) => void (tenantId === 'acme' && asked.push(until)),
        parking: {
          ...NOTHING_PARKED,
          list: () => (parked === null ? down() : Promise.resolve(new Map([['acme', waiting]]))),
        },
      },
      now,
    );
    for (const [index, at] of open.entries()) await hold('acme', `0${index}`, at);
    await pass();
    return asked;
  };

  it('are made up to now, or to what was open or parked when the pass began: its record may come yet', async () => {
    const now = NOW + 3_600_000;
    expect(await summedTo([], [])).toEqual([now]);
    expect(await summedTo([now - 1_000, now - 5_000], [])).toEqual([now - 5_000]);
    expect(await summedTo([now - 1_000], [NOW])).toEqual([NOW]);
    // One that was given up in this pass had a record of its own, or has one now.
    expect(await summedTo([NOW - 60_000, now - 1_000], [])).toEqual([NOW - 60_000]);
  });

  it('are not made while nobody knows what is parked: who is late is not given up, and writes its record', async () => {
    expect(await summedTo([NOW], null)).toEqual([]);
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
      const now = NOW + 2 * DAY_MS;
      await checkClosedDays(parts, 'acme', month, { now, settledBefore: now });
      return told.splice(0);
    };
    expect(await check(null)).toEqual([]);
    expect(await check('1.5')).toEqual(['off by 0.5', 'closed']);
    expect(await check('1.5')).toEqual([]);
    const [month] = await store.months(account, MONTH, MONTH);
    expect(month).toMatchObject({ closedThrough: '2026-11-20', marks: new Set(), month: pico(parseUsd('2')) });
  });

  /** A pass two days later over a tenant whose records come to what its counters say as soon as all is booked. */
  const afterAnOutage = (parking: Partial<ReconcileBudgetsParts['parking']>) => {
    const usage = createMemoryUsageStore();
    const recordedOn = async (tenantId: string) =>
      sum((await Array.fromAsync(usage.inHour(tenantId, NOW))).map(({ cost }) => cost));
    return setUp({ usage, recordedOn, parking: { ...NOTHING_PARKED, ...parking } }, NOW + 2 * DAY_MS);
  };
  const unheld = reservationOf('acme', { attemptId: 'run_02:1:1', unheld: true, fenced: true });
  const drifts = (events: readonly BallastEvent[]) => events.filter(({ type }) => type === 'budget.drifted');

  it.each<[what: string, record: UsageRecord | 'unknown']>([
    ['parked', recordOf(unheld, BILL)],
    ['noted, and left by its process', 'unknown'],
  ])('tells nothing of a day of which a call that nobody held, %s, is only just booked', async (_, record) => {
    const waiting = new Map([['acme', [{ reservation: unheld, record }]]]);
    const { pass, hold, month, events, parts } = afterAnOutage({
      list: async () => new Map(waiting),
      claim: async () => true,
      book: async () => waiting.delete('acme'),
    });
    await hold('acme', '01');
    await parts.budgets.settle(reservationOf('acme'), AMOUNT);
    await parts.usage.add(recordOf(reservationOf('acme'), AMOUNT));
    expect(await pass()).toMatchObject({ settled: 1, failed: 0 });
    expect(await month('acme')).toMatchObject({ closedThrough: null });
    await pass();
    expect(drifts(events)).toEqual([]);
    expect(await month('acme')).toMatchObject({ closedThrough: '2026-11-20' });
  });

  it('tells nothing while nobody knows what is parked, since its records may be written already', async () => {
    let isAway = true;
    const { pass, hold, month, events, parts } = afterAnOutage({
      list: () => (isAway ? down() : Promise.resolve(new Map())),
    });
    await hold('acme', '01');
    await parts.budgets.settle(reservationOf('acme'), AMOUNT);
    for (const each of [recordOf(reservationOf('acme'), AMOUNT), recordOf(unheld, BILL)]) await parts.usage.add(each);
    await pass();
    expect(await month('acme')).toMatchObject({ closedThrough: null });
    // As whoever books what is parked does, or its own process.
    await parts.budgets.settle(unheld, BILL);
    isAway = false;
    await pass();
    expect(drifts(events)).toEqual([]);
    expect(await month('acme')).toMatchObject({ closedThrough: '2026-11-20' });
  });
});
