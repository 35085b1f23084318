import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatUsd, plus } from '../../lib/kernel/money.ts';
import { budgetOf, itemsOf, recordedCost, recordsOf } from '../api/books.ts';
import { bodyOf, startFleet, type Caller, type Fleet } from '../api/fleet.ts';
import { seededRandom } from '../seeded-random.ts';
import { FULL } from '../sizes.ts';
import { postStream } from './asking.ts';
import { fateBy, meet, seenOf, slowly, type Outcome } from './storm.ts';

const STREAMS = 200;
const PERMITS = 30;
/** 100 tokens at 2 and 40 at 10 US dollars a million, in pico-dollars; and the input alone. */
const COST = 600_000_000n;
const INPUT = 200_000_000n;

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet[Symbol.asyncDispose]());

/** Holds a budget against its limit until told that it is over, and tells how often it looked. */
const watch = async (caller: Caller, isOver: () => boolean): Promise<number> => {
  let looks = 0;
  for (; !isOver(); looks += 1) {
    const { day, month } = await budgetOf(caller);
    for (const { spent, reserved, limit } of [day, month])
      expect(plus(spent, reserved)).toBeLessThanOrEqual(limit ?? BigInt(Number.MAX_SAFE_INTEGER));
  }
  return looks;
};

/** Every attempt that the upstream saw has its record, all of them add up to what is spent, and nothing is held back. */
const booksAgree = async (caller: Caller, outcomes: readonly Outcome[]) => {
  await expect.poll(async () => (await budgetOf(caller)).day.reserved, { timeout: 10_000 }).toBe(0n);
  const { day, month } = await budgetOf(caller);
  const records = await recordsOf(fleet.engine, caller.tenantId);
  const spent = recordedCost(records);
  expect([day.spent, month.spent, month.reserved]).toEqual([spent, spent, 0n]);
  const usage = await bodyOf(await caller.ask('/usage'));
  expect(usage['totals']).toMatchObject({ requests: records.length, costUsd: formatUsd(spent) });

  const seen = seenOf(fleet.upstream.requests, caller);
  const early = outcomes.filter(({ status }) => status === 'left').length;
  expect(records.length).toBeGreaterThanOrEqual(seen.length);
  // Only who left before anything was heard can have had an attempt that never reached the upstream.
  expect(records.length - seen.length).toBeLessThanOrEqual(early);
  const answered = records.filter((record) => record['answered']?.BOOL === true);
  expect(answered.filter((record) => record['costPicoUsd']?.N !== String(COST))).toEqual([]);
  const wholly = outcomes.filter(({ last }) => last === 'message_stop').length;
  expect(answered.length).toBeGreaterThanOrEqual(wholly);
  // Whoever left pays at least for what was asked.
  expect(spent).toBeGreaterThanOrEqual(
    COST * BigInt(answered.length) + INPUT * BigInt(Math.max(0, seen.length - answered.length)),
  );
  return { seen: seen.length, wholly };
};

it.each(FULL ? [1, 2, 3, 4, 5] : [1])(
  `${STREAMS} streams at once over two processes, most of them left at random, are exact in money and in permits (seed %i)`,
  async (seed) => {
    const random = seededRandom(seed);
    fleet.upstream.script('*', [slowly]);
    const free = await fleet.addTenant();
    const poor = await fleet.addTenant({ dailyBudgetUsd: '0.03', monthlyBudgetUsd: '0.025' });
    const byKey = await fleet.addTenant({}, { dailyBudgetUsd: '0.025' });
    const hurried = await fleet.addTenant({ requestsPerMinute: PERMITS, dailyBudgetUsd: '100' });
    const callers = [free, poor, byKey, hurried];
    const beganAt = performance.now();
    let over = false;
    const watching = watch(poor, () => over);
    const outcomes = new Map<Caller, Outcome[]>(callers.map((caller) => [caller, []]));
    await Promise.all(
      Array.from({ length: STREAMS }, async (_, at) => {
        const caller = callers[at % callers.length]!;
        // Of those whose permits are counted each must be told whether it was let in.
        const fate = fateBy(random, caller !== hurried);
        outcomes.get(caller)!.push(await meet(caller, fate, fleet.servers[(at >> 2) % 2 ? 1 : 0]));
      }),
    ).finally(() => (over = true));
    expect(await watching).toBeGreaterThan(3);

    for (const caller of callers) await booksAgree(caller, outcomes.get(caller)!);
    const statuses = (caller: Caller) => new Set(outcomes.get(caller)!.map(({ status }) => status));
    expect(statuses(free)).toEqual(new Set([200, 'left']));
    // Their budgets are for a part of them, whoever that is.
    for (const caller of [poor, byKey]) expect(statuses(caller)).toContain(402);
    expect(statuses(poor).union(statuses(byKey))).toEqual(new Set([200, 402, 'left']));
    expect(statuses(hurried)).toEqual(new Set([200, 429]));
    const broken = [...outcomes.values()].flat().filter(({ last }) => last === 'error');
    expect(broken).toEqual([]);

    // The bucket is empty now, and everything that left it reached the upstream.
    let drained = 0;
    for (let last = await postStream(hurried); ; last = await postStream(hurried)) {
      await last.text();
      if (last.status !== 200) break;
      drained += 1;
    }
    const admitted = outcomes.get(hurried)!.filter(({ status }) => status === 200).length;
    expect(seenOf(fleet.upstream.requests, hurried)).toHaveLength(admitted);
    expect(admitted + drained).toBeGreaterThanOrEqual(PERMITS);
    const refilled = Math.floor((performance.now() - beganAt) / (60_000 / PERMITS));
    expect(admitted + drained).toBeLessThanOrEqual(PERMITS + refilled);
  },
  60_000,
);

it('no reservation of anybody is left when all has ended', async () => {
  const held = (await itemsOf(fleet.engine, 'LedgerTable')).flatMap((item) =>
    Object.keys(item).filter((name) => name.startsWith('r#')),
  );
  expect(held).toEqual([]);
});
