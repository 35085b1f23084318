import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatUsd, plus } from '../../lib/kernel/money.ts';
import { budgetOf, itemsOf, recordedCost, recordsOf } from '../api/books.ts';
import { bodyOf, type Caller, type Fleet, startFleet } from '../api/fleet.ts';
import { seededRandom } from '../seeded-random.ts';
import { FULL } from '../sizes.ts';
import { stretch } from '../stretched.ts';
import { reply } from '../upstream/answers.ts';
import { gatedBefore } from '../upstream/broken.ts';
import { createGate } from '../upstream/gate.ts';
import { postStream } from './ask.ts';
import {
  COUNTED_MODEL,
  type Fate,
  fateBy,
  LEAST_USED,
  meet,
  named,
  type Outcome,
  seenOf,
  slowly,
  slowlyCached,
  USED,
} from './storm.ts';
import { addMetered, meetAtLast, openForAMoment, openOf, telling, tokensOf } from './storm-limits.ts';

const STREAMS = 200;
const PERMITS = 15;
const SLOTS = 4;
/** 100 tokens at 2 and 40 at 10 US dollars a million, in pico-dollars; and the input alone. */
const COST = 600_000_000n;
const INPUT = 200_000_000n;
/** More tokens than come back in minutes to whoever has used them. */
const OF_MINUTES = 300_000;
const STAYS: Fate = { leavesAfterEvents: Infinity };

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

/**
 * Every attempt that the upstream saw has its record, all of them add up to what is spent, and nothing is held back.
 * `filling`: the sort key of the one record that costs something else.
 */
const booksAgree = async (caller: Caller, outcomes: readonly Outcome[], filling?: string) => {
  await expect.poll(async () => (await budgetOf(caller)).day.reserved).toBe(0n);
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
  const others = answered.filter((record) => record['costPicoUsd']?.N !== String(COST));
  expect(others.map((record) => record['sk']?.S)).toEqual(filling === undefined ? [] : [filling]);
  const wholly = outcomes.filter(({ last }) => last === 'message_stop').length;
  expect(answered.length).toBeGreaterThanOrEqual(wholly);
  // Whoever left pays at least for what was asked.
  expect(spent).toBeGreaterThanOrEqual(
    COST * BigInt(answered.length) + INPUT * BigInt(Math.max(0, seen.length - answered.length)),
  );
  return { seen: seen.length, wholly };
};

const slotsOf = async ({ tenantId }: Caller) =>
  (await itemsOf(fleet.engine, 'ControlTable')).filter((item) => item['pk']?.S === `slots#${tenantId}`);

it.each(FULL ? [1, 2, 3, 4, 5] : [1])(
  `${STREAMS} streams at once over two processes, most of them left at random, are exact in money, permits, tokens and slots (seed %i)`,
  async (seed) => {
    const random = seededRandom(seed);
    fleet.upstream.script('*', [slowly]);
    const free = await fleet.addTenant();
    const poor = await fleet.addTenant({ dailyBudgetUsd: '0.03', monthlyBudgetUsd: '0.025' });
    const byKey = await fleet.addTenant({}, { dailyBudgetUsd: '0.025' });
    const hurried = await fleet.addTenant({ requestsPerMinute: PERMITS, dailyBudgetUsd: '100' });
    const narrow = await fleet.addTenant({ maxConcurrentRuns: SLOTS });
    let mostOpen = 0;
    const count = () => void openForAMoment(fleet, narrow).then((open) => (mostOpen = Math.max(mostOpen, open)));
    // Each call of the one is charged more when it has ended, each of the other gets something back.
    const brief = await addMetered(fleet, { tokensPerMinute: 6_000, filledBy: 4_700, bytes: 160 });
    const wordy = await addMetered(fleet, { tokensPerMinute: 30_000, filledBy: 22_000, bytes: 3_000 });
    expect(brief.prepaid).toBeLessThan(LEAST_USED);
    expect(wordy.prepaid).toBeGreaterThan(USED);
    const metered = [brief, wordy];
    fleet.upstream.script(COUNTED_MODEL, [telling(count, slowlyCached)]);
    const callers = [free, poor, byKey, hurried, narrow, brief.caller, wordy.caller];
    const beganAt = performance.now();
    let over = false;
    const watching = watch(poor, () => over);
    const outcomes = new Map<Caller, Outcome[]>(callers.map((caller) => [caller, []]));
    await Promise.all(
      Array.from({ length: STREAMS }, async (_, at) => {
        const caller = callers[at % callers.length]!;
        const server = fleet.servers[Math.floor(at / callers.length) % 2 ? 1 : 0];
        if (caller === narrow) {
          outcomes.get(caller)!.push(await meetAtLast(caller, random, server, { model: COUNTED_MODEL }));
          return;
        }
        // Of those whose permits or tokens are counted each must be told whether it was let in.
        const counted = metered.find((each) => each.caller === caller);
        const fate = fateBy(random, caller !== hurried && counted === undefined);
        outcomes.get(caller)!.push(await meet(caller, fate, server, counted?.over));
      }),
    ).finally(() => (over = true));
    expect(await watching).toBeGreaterThan(3);

    const fillingOf = (caller: Caller) => metered.find((each) => each.caller === caller)?.filling;
    for (const caller of callers) await booksAgree(caller, outcomes.get(caller)!, fillingOf(caller));
    const statuses = (caller: Caller) => new Set(outcomes.get(caller)!.map(({ status }) => status));
    expect(statuses(free)).toEqual(new Set([200, 'left']));
    // Their budgets are for a part of them, whoever that is.
    for (const caller of [poor, byKey]) expect(statuses(caller)).toContain(402);
    expect(statuses(poor).union(statuses(byKey))).toEqual(new Set([200, 402, 'left']));
    // A slow machine may let them in one after the other, when there is room again; below it cannot.
    for (const caller of [hurried, brief.caller, wordy.caller]) {
      expect(statuses(caller)).toContain(200);
      expect(statuses(caller).difference(new Set([200, 429]))).toEqual(new Set());
    }
    expect(statuses(narrow)).toEqual(new Set([200, 'left']));
    const broken = [...outcomes.values()].flat().filter(({ last }) => last === 'error');
    expect(broken).toEqual([]);

    for (const { caller, over, filling, charged, prepaid } of metered) {
      const records = (await recordsOf(fleet.engine, caller.tenantId)).filter((record) => record['sk']?.S !== filling);
      await expect.poll(charged).toBe(tokensOf(records, prepaid));
      fleet.upstream.script(COUNTED_MODEL, [reply('', { usage: { input: OF_MINUTES, output: 1 } })]);
      await expect.poll(async () => (await meet(caller, STAYS, fleet.servers[1], over)).status).toBe(429);
    }

    // Whether all slots were ever taken at once is chance here; below they are.
    expect(mostOpen).toBeLessThanOrEqual(SLOTS);
    await expect.poll(() => openOf(fleet, narrow)).toBe(0);
    await expect.poll(async () => (await slotsOf(narrow)).length).toBe(0);
    const gate = createGate();
    fleet.upstream.script(COUNTED_MODEL, [gatedBefore(3, gate, reply())]);
    const ask = () => postStream(narrow, { ...named(narrow), model: COUNTED_MODEL });
    const held = await Promise.all(Array.from({ length: SLOTS }, ask));
    expect([...held, await ask()].map(({ status }) => status)).toEqual([...held.map(() => 200), 429]);
    expect(openOf(fleet, narrow)).toBe(SLOTS);
    gate.open();
    for (const response of held) await response.text();
    const askedAgain = async () => {
      const again = await ask();
      await again.text();
      return again.status;
    };
    await expect.poll(askedAgain).toBe(200);

    // The bucket is empty now, and everything that left it reached the upstream.
    let drained = 0;
    for (let last = await postStream(hurried); ; last = await postStream(hurried)) {
      await last.text();
      if (last.status === 429) break;
      expect(last.status).toBe(200);
      drained += 1;
    }
    const admitted = outcomes.get(hurried)!.filter(({ status }) => status === 200).length;
    expect(seenOf(fleet.upstream.requests, hurried)).toHaveLength(admitted);
    expect(admitted + drained).toBeGreaterThanOrEqual(PERMITS);
    const refilled = Math.floor((performance.now() - beganAt) / stretch() / (60_000 / PERMITS));
    expect(admitted + drained).toBeLessThanOrEqual(PERMITS + refilled);
  },
);

it('no reservation of anybody is left when all has ended', async () => {
  const held = (await itemsOf(fleet.engine, 'LedgerTable')).flatMap((item) =>
    Object.keys(item).filter((name) => name.startsWith('r#')),
  );
  expect(held).toEqual([]);
});
