import { describe, expect, it } from 'vitest';
import { keyAccount, type Limits, shardAccount, tenantAccount, userHashOf } from '../../lib/budget/account.ts';
import { homeOf, type Reservation } from '../../lib/budget/reservation.ts';
import { type Allotment, NOTHING } from '../../lib/budget/shards/allotment.ts';
import { type BudgetStore, MAX_OPEN } from '../../lib/budget/store.ts';
import { concurrently } from '../../lib/kernel/concurrently.ts';
import { pico, type PicoUsd, ZERO } from '../../lib/kernel/money.ts';

const AT = Date.UTC(2026, 10, 20, 23, 59, 59, 999);
const DAY = '2026-11-20';
const MONTH = '2026-11';
/** Beyond what a float holds exactly. */
const UNIT = pico(9_007_199_254_740_993n);

const times = (count: number) => pico(UNIT * BigInt(count));
const limited = (tenantId: string, day: number | null, month: number | null) => {
  const limits: Limits = { day: day === null ? null : times(day), month: month === null ? null : times(month) };
  return tenantAccount(tenantId, limits);
};

const reservation = (tenantId: string, change: Partial<Reservation> = {}): Reservation => ({
  attemptId: 'run_01:1:1',
  tenantId,
  at: AT,
  amount: UNIT,
  keyId: 'key-1',
  userHash: userHashOf('a|b\n🦉'),
  agent: 'assistant',
  model: 'claude-opus-5-5',
  alsoHeldBy: ['key', 'user'],
  ...change,
});

/** What every budget store does. Each test has a tenant of its own. */
export const budgetStoreContract = (createStore: () => BudgetStore): void => {
  const monthOf = async (store: BudgetStore, tenantId: string, month = MONTH) => {
    const [found] = await store.months(tenantAccount(tenantId), month, month);
    return found;
  };
  const counters = async (store: BudgetStore, tenantId: string) => {
    const found = await monthOf(store, tenantId);
    return [found?.days.get(DAY), found?.month];
  };

  it('holds a reservation back in its day and month, and gives it back whole', async () => {
    const store = createStore();
    const asked = reservation('b-whole');
    expect(await store.reserve(limited('b-whole', 1, 1), asked)).toEqual({ reserved: true, repeated: false });
    expect(await monthOf(store, 'b-whole')).toEqual({
      name: MONTH,
      month: UNIT,
      days: new Map([[DAY, UNIT]]),
      open: [asked],
      adjustments: [],
      marks: new Set(),
      closedThrough: null,
      tombstones: [],
      fence: 0,
      counter: 1,
      count: 1,
      allotments: [],
    });
  });

  it.each([
    ['day', 1, null, 1],
    ['month', null, 2, 2],
    ['day within a larger month', 3, 10, 3],
    ['month within a larger day', 10, 4, 4],
  ] as const)('admits up to the limit of the %s, to the last unit', async (_, day, month, fits) => {
    const store = createStore();
    const account = limited(`b-limit-${fits}`, day, month);
    for (let count = 0; count < fits; count += 1)
      expect(
        (await store.reserve(account, reservation(`b-limit-${fits}`, { attemptId: `r:${count}:1` }))).reserved,
      ).toBe(true);
    const more = reservation(`b-limit-${fits}`, { attemptId: 'more:1:1', amount: pico(1n) });
    expect((await store.reserve(account, more)).reserved).toBe(false);
    expect(await counters(store, `b-limit-${fits}`)).toEqual([times(fits), times(fits)]);
  });

  it('tells what stands in the way of a reservation that it refuses', async () => {
    const store = createStore();
    const account = limited('b-why', 1, null);
    const first = reservation('b-why');
    await store.reserve(account, first);
    expect(await store.reserve(account, reservation('b-why', { attemptId: 'run_02:1:1' }))).toMatchObject({
      reserved: false,
      repeated: false,
      balance: { month: UNIT, days: new Map([[DAY, UNIT]]), open: [first] },
    });
  });

  it('refuses what is above the limit by itself, where nothing was spent yet', async () => {
    const store = createStore();
    const asked = reservation('b-alone', { amount: pico(UNIT + 1n) });
    for (const account of [limited('b-alone', 1, null), limited('b-alone', null, 1)])
      expect(await store.reserve(account, asked)).toMatchObject({ reserved: false, balance: { month: 0n, open: [] } });
    expect((await store.reserve(limited('b-alone', 0, 0), reservation('b-alone'))).reserved).toBe(false);
  });

  it('holds the same reservation once, and says yes again, also where no more would fit', async () => {
    const store = createStore();
    const account = limited('b-twice', 1, 1);
    expect((await store.reserve(account, reservation('b-twice'))).reserved).toBe(true);
    expect((await store.reserve(limited('b-twice', 5, 5), reservation('b-twice'))).reserved).toBe(true);
    expect((await store.reserve(limited('b-twice', 0, 0), reservation('b-twice'))).reserved).toBe(true);
    expect(await counters(store, 'b-twice')).toEqual([UNIT, UNIT]);
  });

  it('does not take a reservation of another amount for the one that it holds', async () => {
    const store = createStore();
    await store.reserve(limited('b-other', null, null), reservation('b-other'));
    const other = reservation('b-other', { amount: times(2) });
    expect((await store.reserve(limited('b-other', null, null), other)).reserved).toBe(false);
    await store.settle(tenantAccount('b-other'), other, ZERO);
    expect(await counters(store, 'b-other')).toEqual([UNIT, UNIT]);
  });

  it('settles once, whoever repeats it and with whatever amount', async () => {
    const store = createStore();
    const account = limited('b-settle', 1, 1);
    const asked = reservation('b-settle');
    await store.reserve(account, asked);
    await Promise.all(Array.from({ length: 10 }, () => store.settle(account, asked, pico(7n))));
    await store.settle(account, asked, pico(9n));
    expect(await counters(store, 'b-settle')).toEqual([7n, 7n]);
    expect((await monthOf(store, 'b-settle'))?.open).toEqual([]);
    const rest = reservation('b-settle', { attemptId: 'run_02:1:1', amount: pico(UNIT - 7n) });
    expect((await store.reserve(account, rest)).reserved).toBe(true);
  });

  it('says by a settlement what is spent and open now, and what was noted; where it was settled before, nothing', async () => {
    const store = createStore();
    const account = limited('b-count', null, null);
    const [first, second] = [reservation('b-count'), reservation('b-count', { attemptId: 'run_02:1:1' })];
    for (const each of [first, second]) await store.reserve(account, each);
    const counted = { day: pico(UNIT + 7n), month: pico(UNIT + 7n), open: 1, noted: 0 };
    expect(await store.settle(account, first, pico(7n))).toEqual(counted);
    expect(await store.settle(account, first, pico(7n))).toBeNull();
    await store.note(account, MONTH, 205_000, 0);
    await store.note(account, MONTH, 209_000, 0);
    expect(await store.settle(account, second, ZERO)).toEqual({ day: 7n, month: 7n, open: 0, noted: 205_000 });
    await store.note(account, MONTH, 0, null);
    await store.reserve(account, reservation('b-count', { attemptId: 'run_03:1:1' }));
    const third = reservation('b-count', { attemptId: 'run_03:1:1' });
    expect(await store.settle(account, third, ZERO)).toMatchObject({ noted: 0 });
    expect(await store.settle(account, reservation('b-count', { fenced: true }), ZERO)).toBeNull();
  });

  it('says of each of several settlements at once what was open and spent after it', async () => {
    const store = createStore();
    const account = limited('b-counts', null, null);
    const all = Array.from({ length: 6 }, (_, nth) => reservation('b-counts', { attemptId: `run_${nth}:1:1` }));
    for (const each of all) await store.reserve(account, each);
    const found = await Promise.all(all.map((each) => store.settle(account, each, pico(7n))));
    const counted = found.flatMap((each) => each ?? []).toSorted((a, b) => b.open - a.open);
    expect(counted).toEqual(
      all.map((_, nth) => {
        const [open, spent] = [all.length - 1 - nth, 7n * BigInt(nth + 1)];
        return { day: UNIT * BigInt(open) + spent, month: UNIT * BigInt(open) + spent, open, noted: 0 };
      }),
    );
  });

  it('settles nothing that was never held', async () => {
    const store = createStore();
    await store.settle(tenantAccount('b-never'), reservation('b-never'), times(3));
    expect((await counters(store, 'b-never')).map((counter) => counter ?? 0n)).toEqual([0n, 0n]);
  });

  it('adjusts an attempt once, and keeps the note until its record is written', async () => {
    const store = createStore();
    const account = tenantAccount('b-adjust');
    const adjustment = { attemptId: 'run_01:1:1', note: '{}\nnote|🦉' };
    await store.adjust(account, AT, times(5), adjustment);
    await store.adjust(account, AT, times(5), adjustment);
    expect((await monthOf(store, 'b-adjust'))?.adjustments).toEqual([adjustment]);
    await store.adjusted(account, MONTH, { ...adjustment, note: 'of another' });
    expect((await monthOf(store, 'b-adjust'))?.adjustments).toEqual([adjustment]);
    await store.adjusted(account, MONTH, adjustment);
    await store.adjust(account, AT, times(5), adjustment);
    expect((await monthOf(store, 'b-adjust'))?.adjustments).toEqual([{ ...adjustment, note: null }]);
    await store.adjust(account, AT, times(-1), { attemptId: 'run_02:1:1', note: null });
    expect(await counters(store, 'b-adjust')).toEqual([times(4), times(4)]);
  });

  it('gives a mark to exactly one of many who set it', async () => {
    const store = createStore();
    const account = tenantAccount('b-mark');
    const firsts = await Promise.all(Array.from({ length: 20 }, () => store.mark(account, MONTH, 'told#2026-11#50')));
    expect(firsts.filter(Boolean)).toHaveLength(1);
    expect(await store.mark(account, MONTH, 'told#2026-11#75')).toBe(true);
    expect((await monthOf(store, 'b-mark'))?.marks).toEqual(new Set(['told#2026-11#50', 'told#2026-11#75']));
  });

  it('sets a mark in the place of others, also of some that are gone, and replaces nothing where it was set', async () => {
    const store = createStore();
    const account = tenantAccount('b-replace');
    for (const mark of ['told#50#10', 'told#75#10']) await store.mark(account, MONTH, mark);
    expect(await store.mark(account, MONTH, 'told#50#20', ['told#50#10', 'told#50#5'])).toBe(true);
    expect(await store.mark(account, MONTH, 'told#50#20', ['told#75#10'])).toBe(false);
    expect((await monthOf(store, 'b-replace'))?.marks).toEqual(new Set(['told#75#10', 'told#50#20']));
  });

  it('begins anew with the next day and the next month, in the first millisecond', async () => {
    const store = createStore();
    const account = limited('b-next', 1, 2);
    const at = (instant: number) => reservation('b-next', { at: instant, attemptId: `run_${instant}:1:1` });
    const lastOfMonth = Date.UTC(2026, 10, 30, 23, 59, 59, 999);
    const asked = [AT, AT + 1, lastOfMonth, lastOfMonth + 1];
    const answers: boolean[] = [];
    for (const instant of asked) answers.push((await store.reserve(account, at(instant))).reserved);
    expect(answers).toEqual([true, true, false, true]);
  });

  it('lists the months between two, both included, in their order, of this account alone', async () => {
    const store = createStore();
    for (const month of [11, 9, 10, 8, 12]) {
      const at = Date.UTC(2026, month - 1, 1);
      await store.reserve(limited('b-months', null, null), reservation('b-months', { at }));
    }
    await store.reserve(keyAccount('b-months', 'key-1'), reservation('b-months'));
    await store.reserve(limited('b-months-2', null, null), reservation('b-months-2'));
    const found = await store.months(tenantAccount('b-months'), '2026-09', '2026-11');
    expect(found.map(({ name, month }) => [name, month])).toEqual([
      ['2026-09', UNIT],
      ['2026-10', UNIT],
      ['2026-11', UNIT],
    ]);
    expect(await store.months(tenantAccount('b-nobody'), '2026-01', '2026-12')).toEqual([]);
  });

  it('lets exactly as many of thirty simultaneous reservations pass as fit', async () => {
    const store = createStore();
    const account = limited('b-race', 7, 30);
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, count) =>
        store.reserve(account, reservation('b-race', { attemptId: `r:${count}:1` })),
      ),
    );
    expect(answers.filter(({ reserved }) => reserved)).toHaveLength(7);
    expect(await counters(store, 'b-race')).toEqual([times(7), times(7)]);
  });

  it('settles and reserves at the same time, each once, and refuses those alone for whom there is no room', async () => {
    const store = createStore();
    const account = limited('b-crossing', 40, 60);
    const of = (count: number, amount = UNIT) => reservation('b-crossing', { attemptId: `r:${count}:1`, amount });
    const first = Array.from({ length: 40 }, (_, count) => of(count));
    await concurrently(first, 40, (each) => store.reserve(account, each));
    const [, ...answers] = await Promise.all([
      Promise.all(first.slice(0, 30).map((each, count) => store.settle(account, each, pico(BigInt(count))))),
      ...Array.from({ length: 50 }, (_, count) => store.reserve(account, of(100 + count, times(1 + (count % 3))))),
    ]);
    const held = answers.flatMap(({ reserved }, count) => (reserved ? [of(100 + count, times(1 + (count % 3)))] : []));
    // What was settled left a few units behind, so that no more than 29 of those that were freed are whole.
    const amount = held.reduce((sum, each) => sum + each.amount, 0n);
    expect(amount).toBeLessThanOrEqual(times(29));
    expect(held.length).toBeGreaterThan(0);
    const settled = BigInt((29 * 30) / 2);
    expect(await counters(store, 'b-crossing')).toEqual([times(10) + amount + settled, times(10) + amount + settled]);
    expect((await monthOf(store, 'b-crossing'))?.open).toHaveLength(10 + held.length);
    await Promise.all([...first.slice(30), ...held].map((each) => store.settle(account, each, ZERO)));
    expect(await counters(store, 'b-crossing')).toEqual([settled, settled]);
    expect(await monthOf(store, 'b-crossing')).toMatchObject({ open: [], counter: 0 });
  });

  it('leaves a tombstone of a fenced reservation, and never holds it again', async () => {
    const store = createStore();
    const account = limited('b-fence', 5, null);
    const asked = reservation('b-fence');
    await store.reserve(account, asked);
    await store.settle(account, { ...asked, fenced: true }, pico(7n));
    expect(await store.reserve(account, asked)).toMatchObject({ reserved: false, crowded: false });
    await store.settle(account, { ...asked, fenced: true }, pico(9n));
    expect(await counters(store, 'b-fence')).toEqual([7n, 7n]);
    expect(await monthOf(store, 'b-fence')).toMatchObject({ open: [], tombstones: [asked], counter: 0, count: 0 });
  });

  it('fences one that was never held, and frees its id again once its tombstone is swept', async () => {
    const store = createStore();
    const account = limited('b-sweep', 5, null);
    const asked = reservation('b-sweep');
    await Promise.all(Array.from({ length: 5 }, () => store.settle(account, { ...asked, fenced: true }, ZERO)));
    expect((await store.reserve(account, asked)).reserved).toBe(false);
    expect(((await monthOf(store, 'b-sweep'))?.month ?? ZERO) === ZERO).toBe(true);
    await store.sweep(account, MONTH, [asked.attemptId, 'another:1:1']);
    expect((await monthOf(store, 'b-sweep'))?.tombstones).toEqual([]);
    expect((await store.reserve(account, asked)).reserved).toBe(true);
  });

  it('holds or fences, whichever comes first, and never both', async () => {
    const store = createStore();
    const account = limited('b-either', null, null);
    for (let round = 0; round < 20; round += 1) {
      const asked = reservation('b-either', { attemptId: `run_${round}:1:1` });
      const settling = store.settle(account, { ...asked, fenced: true }, ZERO);
      await Promise.all([settling, store.reserve(account, asked)]);
    }
    expect(await monthOf(store, 'b-either')).toMatchObject({ open: [], month: ZERO, tombstones: { length: 20 } });
  });

  it('settles many of several days at once, each with its own amount, those that are left among settled ones too', async () => {
    const store = createStore();
    const account = limited('b-many', null, null);
    const many = Array.from({ length: 90 }, (_, index) =>
      reservation('b-many', { attemptId: `run_${index}:1:1`, at: AT - (index % 3) * 86_400_000 }),
    );
    for (const each of many) await store.reserve(account, each);
    for (const each of many.slice(10, 20)) await store.settle(account, each, pico(1_000n));
    await store.settleAll(
      account,
      many.map((each, index) => ({ reservation: each, actual: pico(BigInt(index)) })),
    );
    await store.settleAll(
      account,
      many.map((each) => ({ reservation: each, actual: pico(5n) })),
    );
    const settled = many.map((_, index) => (index >= 10 && index < 20 ? 1_000n : BigInt(index)));
    const sumOf = (amounts: readonly bigint[]) => amounts.reduce((sum, each) => sum + each, 0n);
    const month = await monthOf(store, 'b-many');
    expect(month).toMatchObject({ open: [], counter: 0, tombstones: [], month: sumOf(settled) });
    expect(month?.days.get(DAY)).toBe(sumOf(settled.filter((_, index) => index % 3 === 0)));
  });

  it('settles many that may arrive again, and holds none that was begun as early, without a tombstone of each', async () => {
    const store = createStore();
    const account = limited('b-fenced', null, null);
    const many = Array.from({ length: 90 }, (_, index) =>
      reservation('b-fenced', { attemptId: `run_${index}:1:1`, at: AT - index }),
    );
    const [last] = many;
    if (last === undefined) throw new Error('none');
    for (const each of many) await store.reserve(account, each);
    const ended = many.map((each) => ({ reservation: { ...each, fenced: true }, actual: pico(7n) }));
    // The latest alone: its fence stands above those of all others.
    await store.settleAll(account, ended.slice(0, 1));
    await store.settleAll(account, ended);
    expect(await monthOf(store, 'b-fenced')).toMatchObject({ open: [], tombstones: [], month: pico(630n), counter: 0 });
    const answers = await concurrently(many, 8, (each) => store.reserve(account, each));
    expect(answers.filter(({ reserved }) => reserved)).toEqual([]);
    expect((await store.reserve(account, { ...last, at: AT + 1, attemptId: 'run_later:1:1' })).reserved).toBe(true);
  });

  it('holds none of hundreds that were never held, without a tombstone of each, and what begins later as ever', async () => {
    const store = createStore();
    const account = limited('b-away', null, null);
    const asked = Array.from({ length: 300 }, (_, index) =>
      reservation('b-away', { attemptId: `run_${index}:1:1`, at: AT - 1_000 - index }),
    );
    await concurrently(asked, 8, (each) => store.settle(account, { ...each, fenced: true }, ZERO));
    const answers = await concurrently(asked, 8, (each) => store.reserve(account, each));
    expect(answers.filter(({ reserved }) => reserved)).toEqual([]);
    const month = await monthOf(store, 'b-away');
    expect(month?.tombstones.length).toBeLessThan(40);
    expect(month?.fence).toBeGreaterThanOrEqual(AT - 1_300);
    expect(month?.fence).toBeLessThan(AT);
    expect(await store.reserve(account, reservation('b-away'))).toEqual({ reserved: true, repeated: false });
  });

  it('settles what was held before others were fenced by an instant', async () => {
    const store = createStore();
    const account = limited('b-before', null, null);
    const held = reservation('b-before');
    await store.reserve(account, held);
    for (let index = 0; index < 40; index += 1) {
      const never = reservation('b-before', { attemptId: `run_${index}:2:1`, fenced: true });
      await store.settle(account, never, ZERO);
    }
    expect(await store.reserve(account, held)).toMatchObject({ reserved: true });
    await store.settle(account, held, pico(7n));
    expect(await counters(store, 'b-before')).toEqual([7n, 7n]);
  });

  it('settles those of two months in the items of both', async () => {
    const store = createStore();
    const account = limited('b-turn', null, null);
    const next = Date.UTC(2026, 11, 1);
    const many = [AT, next, AT, next].map((at, index) => reservation('b-turn', { attemptId: `run_${index}:1:1`, at }));
    for (const each of many) await store.reserve(account, each);
    await store.settleAll(
      account,
      many.map((each) => ({ reservation: each, actual: pico(7n) })),
    );
    const months = await store.months(account, MONTH, '2026-12');
    expect(months.map(({ open, month }) => [open, month])).toEqual([
      [[], 14n],
      [[], 14n],
    ]);
  });

  it('adds once what an attempt did cost that was never held, and leaves no trace of it when it is forgotten', async () => {
    const store = createStore();
    const account = tenantAccount('b-unheld');
    const spent = { attemptId: 'run_01:1:1', at: AT, cost: UNIT };
    expect(await store.add(account, spent)).toBe(true);
    expect(await store.add(account, spent)).toBe(false);
    expect(await counters(store, 'b-unheld')).toEqual([UNIT, UNIT]);
    expect((await monthOf(store, 'b-unheld'))?.adjustments).toEqual([{ attemptId: 'run_01:1:1', note: null }]);
    for (const ids of [['another:1:1', 'run_01:1:1'], ['run_01:1:1']]) await store.forget(account, MONTH, ids);
    expect(await monthOf(store, 'b-unheld')).toMatchObject({ month: UNIT, adjustments: [], open: [] });
  });

  it('refuses by itself what comes above the number that may be open, until some are settled', async () => {
    const store = createStore();
    const account = limited('b-crowd', null, null);
    const held = Array.from({ length: MAX_OPEN }, (_, index) => reservation('b-crowd', { attemptId: `r:${index}:1` }));
    await concurrently(held, 8, (each) => store.reserve(account, each));
    const more = reservation('b-crowd', { attemptId: 'more:1:1' });
    expect(await store.reserve(account, more)).toMatchObject({ reserved: false, crowded: true });
    await store.settle(account, held[0] ?? more, ZERO);
    expect((await store.reserve(account, more)).reserved).toBe(true);
  });

  it('closes the days of a month in order, once each, and forgets their marks', async () => {
    const store = createStore();
    const account = tenantAccount('b-close');
    await store.reserve(account, reservation('b-close'));
    for (const mark of ['told#2026-11-19#50', 'told#2026-11#50']) await store.mark(account, MONTH, mark);
    const found = await monthOf(store, 'b-close');
    if (found === undefined) throw new Error('no month');
    const marks = ['told#2026-11-19#50'];
    const closed = await Promise.all(Array.from({ length: 5 }, () => store.close(account, found, '2026-11-19', marks)));
    expect(closed.filter(Boolean)).toHaveLength(1);
    const closedThrough = '2026-11-19';
    expect(await monthOf(store, 'b-close')).toMatchObject({ closedThrough, marks: new Set(['told#2026-11#50']) });
    expect(await store.close(account, { ...found, closedThrough }, '2026-11-20', [])).toBe(true);
  });

  describe('a move of money', () => {
    const lent = (granted: number, returned = 0) => ({
      granted: times(granted),
      returned: times(returned),
      terms: 'T',
    });
    const none = { day: null, month: null };
    const move = (was: Allotment, is: Allotment, by: number, within: Limits = none) => ({
      day: DAY,
      shard: 3,
      was,
      is,
      within,
      by: times(by),
    });

    it('is noted once beside the counters, and found there', async () => {
      const store = createStore();
      const account = tenantAccount('b-lend');
      expect(await store.month(account, MONTH)).toBeNull();
      expect(await store.move(account, move(NOTHING, lent(2), 2))).toBe(true);
      // Sent again, it is what stands there already.
      expect(await store.move(account, move(NOTHING, lent(2), 2))).toBe(true);
      expect(await store.move(account, move(NOTHING, lent(3), 3))).toBe(false);
      expect(await store.move(account, move(lent(2), lent(2, 1), -1))).toBe(true);
      const allotments = [{ day: DAY, shard: 3, allotment: lent(2, 1) }];
      expect(await store.month(account, MONTH)).toMatchObject({
        month: UNIT,
        days: new Map([[DAY, UNIT]]),
        allotments,
      });
    });

    it('is not made where the counters would come to more than they may', async () => {
      const store = createStore();
      const account = tenantAccount('b-lend-limit');
      const within = { day: times(3), month: times(3) };
      expect(await store.move(account, move(NOTHING, lent(4), 4, within))).toBe(false);
      expect(await store.move(account, move(NOTHING, lent(3), 3, within))).toBe(true);
      expect(await store.move(account, move(lent(3), lent(4), 1, within))).toBe(false);
      expect(await counters(store, 'b-lend-limit')).toEqual([times(3), times(3)]);
    });

    it('is what a shard reserves from, on the terms on which it was lent', async () => {
      const store = createStore();
      const shard = shardAccount('b-shard', 3, 'T');
      const ask = async (attemptId: string, account = shard) =>
        (await store.reserve(account, reservation('b-shard', { attemptId, shard: 3 }))).reserved;
      expect(await ask('r:0:1')).toBe(false);
      expect(await store.move(shard, move(NOTHING, lent(2), -2))).toBe(true);
      expect(await ask('r:1:1', shardAccount('b-shard', 3, 'other'))).toBe(false);
      expect([await ask('r:1:1'), await ask('r:2:1'), await ask('r:3:1')]).toEqual([true, true, false]);
      const first = reservation('b-shard', { attemptId: 'r:1:1', shard: 3 });
      await store.settle(homeOf(first), first, ZERO);
      // What is reserved cannot be given back, and what is free can.
      const LENT_ALONE = { day: ZERO, month: null };
      expect(await store.move(shard, move(lent(2), lent(2, 2), 2, LENT_ALONE))).toBe(false);
      expect(await store.move(shard, move(lent(2), lent(2, 1), 1, LENT_ALONE))).toBe(true);
      expect(await ask('r:4:1')).toBe(false);
      const yesterday = reservation('b-shard', { attemptId: 'r:5:1', shard: 3, at: AT - 86_400_000 });
      expect((await store.reserve(shard, yesterday)).reserved).toBe(false);
    });

    it('is not needed for a call that costs nothing, which makes no room for one that does', async () => {
      const store = createStore();
      const shard = shardAccount('b-free', 3, 'T');
      const ask = async (attemptId: string, amount: PicoUsd) =>
        (await store.reserve(shard, reservation('b-free', { attemptId, shard: 3, amount }))).reserved;
      expect([await ask('r:1:1', ZERO), await ask('r:2:1', UNIT)]).toEqual([true, false]);
      expect(await store.move(shard, move(NOTHING, lent(1), -1))).toBe(true);
      expect([await ask('r:2:1', UNIT), await ask('r:3:1', UNIT), await ask('r:4:1', ZERO)]).toEqual([
        true,
        false,
        true,
      ]);
    });
  });
};
