import { describe, expect, it } from 'vitest';
import { settleAbandoned } from '../../lib/accounts/settle-abandoned.ts';
import { keyAccount, type Limits, NO_LIMITS, tenantAccount } from '../../lib/budget/account.ts';
import { type Budgets, createBudgets } from '../../lib/budget/budgets.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import { packReservation, type Reservation, unpackReservation } from '../../lib/budget/reservation.ts';
import { type BudgetStore, MOST_MARKS } from '../../lib/budget/store.ts';
import type { UnheldCalls } from '../../lib/budget/unheld.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { parseUsd, type PicoUsd, plus, ZERO } from '../../lib/kernel/money.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import { admitAttempt } from '../../lib/model-call/booking/admit-attempt.ts';
import { costBoundOf } from '../../lib/model-call/booking/cost-bound.ts';
import { closeBooks } from '../../lib/model-call/booking/settle-attempt.ts';
import { createPriceTable, type Price } from '../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import { priceAt } from '../../lib/pricing/pricing.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { createMemoryUsageStore } from '../../lib/usage/memory-store.ts';
import { REQUEST, setting } from '../model-call/parts.ts';
import { AMOUNT, BILL, MONTH, NOW, promptClock, recordOf, reservationOf } from './parts.ts';

const MAX_OPEN = 2;
const KEY_LIMIT: Limits = { day: parseUsd('100'), month: null };
const gone = () => new AppError('store-unavailable', safe`gone`);

const setUp = (over: Partial<BudgetStore> = {}) => {
  const memory = createMemoryBudgetStore({ maxOpen: MAX_OPEN });
  const store: BudgetStore = { ...memory, ...over };
  const budgets = createBudgets(store);
  const ask = (id: string, limits: Limits = NO_LIMITS, keyLimits?: Limits) => {
    const { userHash: _, alsoHeldBy: __, ...asked } = reservationOf('acme', { attemptId: `run_${id}:1:1` });
    const others = keyLimits === undefined ? [] : [keyAccount('acme', 'key-1', keyLimits)];
    return budgets.reserve({ reservation: { ...asked, userId: null }, tenant: tenantAccount('acme', limits), others });
  };
  const month = async (pk = tenantAccount('acme')) => (await memory.months(pk, MONTH, MONTH))[0];
  return { memory, store, budgets, ask, month };
};
const heldOf = (answer: Awaited<ReturnType<ReturnType<typeof setUp>['ask']>>): Reservation => {
  if (!answer.held) throw new Error(answer.why);
  return answer.reservation;
};
const total = (count: number): PicoUsd => Array.from({ length: count }, () => BILL).reduce((a, b) => plus(a, b), ZERO);

/** An attempt of a tenant and a key with limits that do not hold. */
const admitShadowed = async (budgets: Budgets, limits: Limits) => {
  const parts = setting('http://unused');
  const events: BallastEvent[] = [];
  const at = parts.clock.now();
  const price = priceAt(createPriceTable(PUBLISHED_PRICES), REQUEST.model, at) as Price;
  const admitted = await admitAttempt(
    {
      ...parts,
      budgets,
      usage: createMemoryUsageStore(),
      provider: { countTokens: async () => 100 },
      emit: (event) => events.push(event),
    },
    { attemptId: 'run_3:1:1', request: REQUEST, at, costBound: costBoundOf(REQUEST, price) },
    {
      ...parts.context,
      caller: { ...parts.context.caller, tenantId: 'acme', keyId: 'key-1' },
      bounds: {
        ...parts.context.bounds,
        budget: {
          tenant: tenantAccount('acme', limits),
          others: [keyAccount('acme', 'key-1', KEY_LIMIT)],
          shadow: true,
        },
      },
    },
  );
  return { admitted, events };
};

describe('where many calls are open, one more', () => {
  it('of a tenant without limits goes out unheld, and is on the books when it has ended', async () => {
    const { ask, budgets, month } = setUp();
    const held: Reservation[] = [];
    for (const id of ['1', '2', '3', '4', '5']) held.push(heldOf(await ask(id)));
    expect(held.map(({ unheld = false }) => unheld)).toEqual([false, false, true, true, true]);
    expect((await month())?.count).toBe(MAX_OPEN);
    for (const each of held) await budgets.settle(each, BILL);
    // Nothing is left of those that were not held, so that the item stays as small as it was.
    expect(await month()).toMatchObject({ month: total(5), open: [], adjustments: [], tombstones: [] });
  });

  it.each<[whose: string, limits: Limits, keyLimits: Limits | undefined]>([
    ['a tenant with a budget', { day: parseUsd('100'), month: null }, undefined],
    ['a tenant whose key has one', NO_LIMITS, KEY_LIMIT],
  ])('of %s is refused', async (_, limits, keyLimits) => {
    const { ask } = setUp();
    for (const id of ['1', '2']) expect((await ask(id, limits, keyLimits)).held).toBe(true);
    expect(await ask('3', limits, keyLimits)).toMatchObject({ held: false, why: 'crowded', scope: 'tenant' });
  });

  it('is refused while many marks of such calls are left in the item, which would else grow without end', async () => {
    const { ask, budgets, memory } = setUp();
    for (const id of ['1', '2']) await ask(id);
    const leave = (from: number, to: number) =>
      Promise.all(
        Array.from({ length: to - from }, (_, at) =>
          memory.add(tenantAccount('acme'), { attemptId: `run_left-${from + at}:1:1`, at: NOW, cost: BILL }),
        ),
      );
    await leave(0, MOST_MARKS - 1);
    expect(heldOf(await ask('3')).unheld).toBe(true);
    await leave(MOST_MARKS - 1, MOST_MARKS);
    expect(await ask('4')).toMatchObject({ held: false, why: 'crowded', scope: 'tenant' });
    const { admitted } = await admitShadowed(budgets, { day: parseUsd('100'), month: null });
    expect(admitted).toMatchObject({ held: false, fault: { error: { code: 'rate-limited' } } });
  });

  it('whose refused reservation went out twice goes out unheld too, and the first copy of it is never held', async () => {
    const { memory } = setUp();
    const { ask } = setUp({
      ...memory,
      reserve: async (account, asked) => ({
        ...(await memory.reserve(account, asked)),
        repeated: asked.attemptId === 'run_3:1:1',
      }),
    });
    for (const id of ['1', '2']) await ask(id);
    const third = heldOf(await ask('3'));
    expect(third).toMatchObject({ unheld: true });
    const [found] = await memory.months(tenantAccount('acme'), MONTH, MONTH);
    expect(found?.tombstones.map(({ attemptId }) => attemptId)).toEqual(['run_3:1:1']);
  });

  it('of a shadowed budget is told and goes out, and counts in every account', async () => {
    const { ask, budgets, month } = setUp();
    const limits = { day: parseUsd('100'), month: null };
    for (const id of ['1', '2']) await ask(id, limits, KEY_LIMIT);
    const { admitted, events } = await admitShadowed(budgets, limits);
    expect(admitted).toMatchObject({ held: true, reservation: { unheld: true, alsoHeldBy: ['key'] } });
    expect(events).toEqual([expect.objectContaining({ type: 'limit.refused', limit: 'open-calls', shadow: true })]);
    if (!admitted.held) return;
    const before = await month(keyAccount('acme', 'key-1'));
    await budgets.settle(admitted.reservation, BILL);
    const after = await month(keyAccount('acme', 'key-1'));
    expect((after?.month ?? ZERO) - (before?.month ?? ZERO)).toBe(BILL);
  });
});

describe('an unheld call', () => {
  const unheld = reservationOf('acme', { unheld: true, alsoHeldBy: ['key'] });

  it('comes back as such from where it is parked', () => {
    expect(unpackReservation('acme', unheld.attemptId, packReservation(unheld))).toEqual(unheld);
    expect(unpackReservation('acme', 'run_01:1:1', packReservation(reservationOf('acme')))).not.toHaveProperty(
      'unheld',
    );
  });

  it('that was never sent costs nothing, and leaves nothing', async () => {
    const { budgets, month } = setUp();
    await budgets.settle(unheld, ZERO);
    expect(await month()).toBeUndefined();
  });

  /** Fails the `nth` addition, before or after it was done. */
  const failing = (nth: number, isDone: boolean) => {
    let asked = 0;
    const { memory } = setUp();
    return setUp({
      ...memory,
      add: async (account, spent) => {
        asked += 1;
        if (asked === nth && !isDone) throw gone();
        const first = await memory.add(account, spent);
        if (asked === nth) throw gone();
        return first;
      },
    });
  };

  it.each([
    [1, false],
    [1, true],
    [2, false],
    [2, true],
  ])('is added once in each account whatever is lost: write %i, done %s', async (nth, isDone) => {
    const { budgets, store } = failing(nth, isDone);
    const usage = createMemoryUsageStore();
    const emit = () => {};
    const parked: Reservation[] = [];
    const parking = {
      park: async ({ reservation }: { reservation: Reservation }) => void parked.push(reservation),
      remove: async () => undefined,
    };
    const record = recordOf(unheld, BILL);
    await closeBooks({ budgets, usage, emit, parking, clock: promptClock }, unheld, record).ended;
    expect(parked).toEqual([{ ...unheld, fenced: true }]);
    // The reconciler books it as well, from what is parked.
    const again = parked.map((reservation) => ({ reservation, record }));
    const parts = { budgets, usage, emit, rewrite: async () => undefined, longestCallMs: 1_000 };
    expect(await settleAbandoned(parts, 'acme', { abandoned: [], parked: again, now: NOW })).toEqual({
      settled: 1,
      failures: [],
    });
    for (const account of [tenantAccount('acme'), keyAccount('acme', 'key-1')]) {
      const [found] = await store.months(account, MONTH, MONTH);
      expect(found?.month).toBe(BILL);
    }
    expect(AMOUNT).not.toBe(BILL);
  });

  it('that waits with twenty others is added by one write each, eight at a time', async () => {
    const { memory } = setUp();
    let [adds, underWay, most] = [0, 0, 0];
    const { budgets, month } = setUp({
      ...memory,
      add: async (...asked) => {
        [adds, underWay] = [adds + 1, underWay + 1];
        most = Math.max(most, underWay);
        await new Promise((resolve) => setImmediate(resolve));
        underWay -= 1;
        return memory.add(...asked);
      },
    });
    const waiting = Array.from({ length: 21 }, (_, at) => {
      const reservation = reservationOf('acme', { attemptId: `run_${at}:1:1`, unheld: true, fenced: true });
      return { reservation, record: recordOf(reservation, BILL) };
    });
    const usage = createMemoryUsageStore();
    const parts = { budgets, usage, emit: () => {}, rewrite: async () => undefined, longestCallMs: 1_000 };
    expect(await settleAbandoned(parts, 'acme', { abandoned: [], parked: waiting, now: NOW })).toEqual({
      settled: 21,
      failures: [],
    });
    expect({ adds, most }).toEqual({ adds: 21, most: 8 });
    expect(await month()).toBeUndefined();
    expect((await memory.months(tenantAccount('acme'), MONTH, MONTH))[0]?.month).toBe(total(21));
  });

  const noting = (over: Partial<UnheldCalls> = {}) => {
    const done: string[] = [];
    const note = (name: string) => async () => void done.push(name);
    const calls = {
      begin: note('begin'),
      end: async () => done.push('end') > 0,
      remove: note('remove'),
      withdraw: note('withdraw'),
      ...over,
    };
    const memory = createMemoryBudgetStore({ maxOpen: 0 });
    const store: BudgetStore = { ...memory };
    for (const name of ['reserve', 'add', 'forget'] as const)
      Object.assign(store, {
        [name]: (...asked: never[]) => {
          done.push(name);
          return (memory[name] as (...each: never[]) => unknown)(...asked);
        },
      });
    const budgets = createBudgets(store, calls);
    const given: Reservation[] = [];
    const ask = () => {
      const { userHash: _, alsoHeldBy: __, ...asked } = reservationOf('acme');
      const giveBack = (each: Reservation) => given.push(each);
      return budgets.reserve({
        reservation: { ...asked, userId: null },
        tenant: tenantAccount('acme'),
        others: [],
        giveBack,
      });
    };
    return { done, budgets, ask, given };
  };

  it('is noted before it is sent, and its note goes after its mark', async () => {
    const { done, budgets, ask } = noting();
    const reservation = heldOf(await ask());
    expect(done).toEqual(['reserve', 'begin']);
    await budgets.settle(reservation, BILL);
    expect(done.slice(2)).toEqual(['add', 'end', 'forget', 'remove']);
  });

  it('that cost nothing leaves no note, and that was never sent for want of one is withdrawn', async () => {
    const sent = noting();
    await sent.budgets.settle(heldOf(await sent.ask()), ZERO);
    expect(sent.done).toEqual(['reserve', 'begin', 'end', 'remove']);
    const failed = noting({ begin: () => Promise.reject(gone()) });
    await expect(failed.ask()).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(failed.given).toMatchObject([{ unheld: true, fenced: true }]);
    for (const each of failed.given) await failed.budgets.settle(each, ZERO);
    expect(failed.done).toEqual(['reserve', 'withdraw']);
  });

  it.each<[string, Partial<UnheldCalls>]>([
    ['another is booking it', { end: async () => false }],
    ['nobody knows whether its note has ended', { end: () => Promise.reject(gone()) }],
  ])('keeps its mark and its note where %s', async (_, over) => {
    const { done, budgets, ask } = noting(over);
    await budgets.settle(heldOf(await ask()), BILL);
    expect(done).toEqual(['reserve', 'begin', 'add']);
  });
});
