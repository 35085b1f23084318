import { describe, expect, it } from 'vitest';
import { checkClosedDays } from '../../../lib/accounts/check-closed-days.ts';
import { reconcileTenant } from '../../../lib/accounts/reconcile-tenant.ts';
import { type Limits, shardAccount, tenantAccount } from '../../../lib/budget/account.ts';
import { EMPTY } from '../../../lib/budget/balance.ts';
import { type Budgets, createBudgets } from '../../../lib/budget/budgets.ts';
import { createMemoryBudgetStore } from '../../../lib/budget/memory-store.ts';
import { homeOf, type Reservation } from '../../../lib/budget/reservation.ts';
import { NOTHING, termsOf } from '../../../lib/budget/shards/allotment.ts';
import { heldBetween, tenantMonths } from '../../../lib/budget/shards/whole-month.ts';
import type { BudgetStore } from '../../../lib/budget/store.ts';
import { viewBudget } from '../../../lib/budget/view.ts';
import { parseUsd, pico } from '../../../lib/kernel/money.ts';
import type { BallastEvent } from '../../../lib/telemetry/events.ts';
import { newTenant } from '../../../lib/tenants/types.ts';
import { createMemoryUsageStore } from '../../../lib/usage/memory-store.ts';
import { askedOf, DAY, GIVEN_UP, LONGEST_CALL_MS, MONTH, NOW, reservationOf } from '../parts.ts';

const DAY_MS = 86_400_000;
const TEN: Limits = { day: parseUsd('10'), month: parseUsd('10') };

interface Asking {
  readonly limits?: Limits;
  readonly shards?: number;
  readonly at?: number;
}

const setUp = () => {
  const store = createMemoryBudgetStore();
  let shard = 0;
  // One after the other.
  const budgets = createBudgets(store, undefined, () => (shard++ % 4) / 4);
  let calls = 0;
  const reserve = async (usd: string, { limits = TEN, shards = 4, at = NOW }: Asking = {}) => {
    const reservation = askedOf('acme', { attemptId: `run_${(calls += 1)}:1:1`, amount: parseUsd(usd), at });
    const tenant = { ...tenantAccount('acme', limits), ...(shards === 0 ? {} : { shards }) };
    return await budgets.reserve({ reservation, tenant, others: [] });
  };
  return { store, budgets, reserve };
};

const settle = async (budgets: Budgets, answer: Awaited<ReturnType<Budgets['reserve']>>, usd: string) => {
  if (!answer.held) throw new Error(`not held: ${answer.why}`);
  await budgets.settle(answer.reservation, parseUsd(usd));
};

it('is shown as one, whatever its shards hold', async () => {
  const { store, budgets, reserve } = setUp();
  const answers = [await reserve('1'), await reserve('2'), await reserve('3'), await reserve('1')];
  const [first] = answers;
  if (first) await settle(budgets, first, '0.25');
  expect(await viewBudget(store, 'acme', TEN, NOW)).toMatchObject({
    day: { limitUsd: '10', spentUsd: '0.25', reservedUsd: '6', remainingUsd: '3.75' },
    month: { limitUsd: '10', spentUsd: '0.25', reservedUsd: '6', remainingUsd: '3.75' },
  });
  expect(await reserve('3.76')).toMatchObject({
    held: false,
    why: 'spent',
    refusal: { scope: 'tenant', spent: parseUsd('0.25'), reserved: parseUsd('6'), remaining: parseUsd('3.75') },
  });
  expect(await reserve('3.75')).toMatchObject({ held: true });
});

it('gives all that is left to one call, from all shards and from the account', async () => {
  const { budgets, reserve } = setUp();
  for (const answer of [await reserve('1'), await reserve('1'), await reserve('1'), await reserve('1')])
    await settle(budgets, answer, '0');
  expect(await reserve('10')).toMatchObject({ held: true });
});

it('gives back what it was lent where the tenant has shards no more', async () => {
  const { budgets, reserve } = setUp();
  for (const answer of [await reserve('1'), await reserve('1'), await reserve('1'), await reserve('1')])
    await settle(budgets, answer, '0.5');
  expect(await reserve('8.01', { shards: 0 })).toMatchObject({ held: false, why: 'spent' });
  expect(await reserve('8', { shards: 0 })).toMatchObject({ held: true });
});

it('holds to a limit that was lowered, though more was lent before', async () => {
  const { budgets, reserve } = setUp();
  for (const answer of [await reserve('1'), await reserve('1'), await reserve('1'), await reserve('1')])
    await settle(budgets, answer, '0.5');
  const limits = { day: parseUsd('2.5'), month: null };
  for (let shard = 0; shard < 4; shard += 1)
    expect(await reserve('0.51', { limits })).toMatchObject({ held: false, why: 'spent' });
  expect(await reserve('0.5', { limits })).toMatchObject({ held: true });
  expect(await reserve('0.01', { limits })).toMatchObject({ held: false, why: 'spent' });
});

it('lets what is left of a day be spent on the next days of the month', async () => {
  const { budgets, reserve } = setUp();
  const limits = { day: null, month: parseUsd('10') };
  const answers = [];
  for (let shard = 0; shard < 4; shard += 1) answers.push(await reserve('2', { limits }));
  for (const answer of answers) await settle(budgets, answer, '0');
  expect(await reserve('10', { limits, at: NOW + DAY_MS })).toMatchObject({ held: true });
});

it('is reconciled with what its shards hold, and its closed days come to the sum of its records', async () => {
  const { store, budgets, reserve } = setUp();
  await settle(budgets, await reserve('1'), '0.5');
  const left = [await reserve('1'), await reserve('2')];
  expect(left.map(({ held }) => held)).toEqual([true, true]);
  const [events, usage] = [[] as BallastEvent[], createMemoryUsageStore()];
  const parts = {
    store,
    budgets,
    usage,
    longestCallMs: LONGEST_CALL_MS,
    notify: null,
    emit: (event: BallastEvent) => events.push(event),
    rewrite: async () => undefined,
  };
  const { settled, failures } = await reconcileTenant(parts, newTenant('acme', NOW), GIVEN_UP);
  expect([settled, failures]).toEqual([2, []]);
  const [month] = await tenantMonths(store, 'acme', MONTH, MONTH);
  if (month === undefined) throw new Error('no month');
  expect([month.month, month.open]).toEqual([parseUsd('3.5'), []]);
  const look = { now: NOW + 2 * DAY_MS, settledBefore: NOW + 2 * DAY_MS };
  const check = async (recorded: string) => {
    events.length = 0;
    await checkClosedDays({ ...parts, recordedOn: async () => parseUsd(recorded) }, 'acme', month, look);
    return events;
  };
  expect(await check('3.4')).toMatchObject([{ type: 'budget.drifted', driftUsd: '0.1' }]);
  const [closed] = await tenantMonths(store, 'acme', MONTH, MONTH);
  expect(closed?.closedThrough).toBe(DAY);
});

it('finds shards whose item was never written, as after a kill between the two', async () => {
  const { store, reserve } = setUp();
  const lent = { ...NOTHING, granted: parseUsd('4'), terms: 'old' };
  const move = { day: DAY, shard: 2, was: NOTHING, is: lent, by: parseUsd('4'), within: TEN };
  expect(await store.move(tenantAccount('acme'), move)).toBe(true);
  expect(await store.month(shardAccount('acme', 2), MONTH)).toBeNull();
  expect(await viewBudget(store, 'acme', TEN, NOW)).toMatchObject({ day: { spentUsd: '0', remainingUsd: '10' } });
  expect(await reserve('10')).toMatchObject({ held: true });
});

it('is told of what it was lent before it is lent more', async () => {
  const { store, reserve } = setUp();
  const lent = { ...NOTHING, granted: parseUsd('4'), terms: termsOf(TEN) };
  await store.move(tenantAccount('acme'), {
    day: DAY,
    shard: 1,
    was: NOTHING,
    is: lent,
    by: parseUsd('4'),
    within: TEN,
  });
  expect(await reserve('3')).toMatchObject({ held: true });
  const account = await store.month(tenantAccount('acme'), MONTH);
  expect(account?.month).toBe(parseUsd('4'));
});

it('says that nothing as early is held any more, as an account does', async () => {
  const { store, budgets, reserve } = setUp();
  const answers = [await reserve('1'), await reserve('1'), await reserve('1'), await reserve('1')];
  for (const answer of answers)
    if (answer.held)
      await budgets.settleAll([{ reservation: { ...answer.reservation, fenced: true }, actual: parseUsd('0') }]);
  expect((await store.month(shardAccount('acme', 1), MONTH))?.fence).toBe(NOW);
  expect(await reserve('1')).toEqual({ held: false, why: 'fenced-off', through: NOW, fenced: false });
  expect(await reserve('1', { at: NOW + 1 })).toMatchObject({ held: true });
});

it('has the counters of its shards corrected too', async () => {
  const { store, budgets, reserve } = setUp();
  await reserve('1');
  const recounted: string[] = [];
  const miscounted: BudgetStore = {
    ...store,
    months: async (account, from, to) =>
      (await store.months(account, from, to)).map((month) => ({ ...month, counter: month.count + 1 })),
    recount: async ({ pk }, { counter }) => void recounted.push(`${pk} ${counter}`),
  };
  const parts = { store: miscounted, budgets, usage: createMemoryUsageStore(), longestCallMs: LONGEST_CALL_MS };
  const quiet = { notify: null, emit: () => undefined, rewrite: async () => undefined };
  await reconcileTenant({ ...parts, ...quiet }, newTenant('acme', NOW), NOW);
  expect(recounted).toEqual(['budget#acme 1', 'budget#acme#shard#1 2']);
});

describe('what was held between two reads', () => {
  const of = (month: bigint, ...open: Reservation[]) => ({
    ...EMPTY,
    month: pico(month),
    days: new Map([[DAY, pico(month)]]),
    open,
  });
  const held = (attemptId: string, amount: bigint) => reservationOf('acme', { attemptId, amount: pico(amount) });

  it('is what was spent at the first, and what was open at both', () => {
    const [first, second] = [of(12n, held('a', 5n), held('b', 3n)), of(20n, held('b', 3n), held('c', 9n))];
    expect(heldBetween(first, second)).toEqual({ month: 7n, days: new Map([[DAY, 7n]]) });
  });

  it('is not what moved from one item to another meanwhile, so that no call is refused for it', async () => {
    // Of 10 there are 5 open at any time, always in the shard that is read next: two reads find 10 each.
    const { store, budgets, reserve } = setUp();
    const first = await reserve('5');
    await settle(budgets, await reserve('5'), '0');
    if (!first.held) throw new Error('not held');
    let [open, reads, moves] = [first.reservation, 0, 0];
    const hop = async () => {
      await store.settle(homeOf(open), open, pico(0n));
      open = { ...open, attemptId: `hop_${(moves += 1)}:1:1`, shard: open.shard === 1 ? 2 : 1 };
      const account = shardAccount('acme', open.shard ?? 0, termsOf(TEN));
      expect((await store.reserve(account, open)).reserved).toBe(true);
    };
    const moving: BudgetStore = {
      ...store,
      async month(account, name) {
        const shard = Number(account.pk.at(-1));
        if (shard === 2) await new Promise(setImmediate);
        const found = await store.month(account, name);
        if ([1, 2].includes(shard) && (reads += 1) <= 4) await hop();
        return found;
      },
    };
    const reservation = askedOf('acme', { attemptId: 'run_new:1:1', amount: parseUsd('5') });
    const tenant = { ...tenantAccount('acme', TEN), shards: 4 };
    const answer = await createBudgets(moving, undefined, () => 0.5).reserve({ reservation, tenant, others: [] });
    expect([answer.held, moves]).toEqual([true, 4]);
  });
});
