import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatUsd, parseUsd, pico, plus } from '../../lib/kernel/money.ts';
import { reply } from '../upstream/answers.ts';
import { gatedHeaders } from '../upstream/broken.ts';
import { createGate } from '../upstream/gate.ts';
import { billedFor, budgetOf, recordedCost, recordsOf } from './books.ts';
import { bodyOf, type Caller, type Fleet, startFleet } from './fleet.ts';

const CALLS = 200;

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet[Symbol.asyncDispose]());

const messages = (from = 0) => fleet.upstream.requests.slice(from).filter(({ path }) => path === '/v1/messages');

/** Looks at the budget until `over`, holds it against its limit each time, and tells how often it looked. */
const observe = async (caller: Caller, over: () => boolean): Promise<number> => {
  let looks = 0;
  while (!over()) {
    const { day } = await budgetOf(caller);
    expect(plus(day.spent, day.reserved)).toBeLessThanOrEqual(day.limit ?? -1n);
    looks += 1;
  }
  return looks;
};

/** All at once, over both processes, watched. */
const storm = async (caller: Caller, asked: readonly Promise<Response>[]): Promise<Response[]> => {
  let over = false;
  const observing = observe(caller, () => over);
  const answers = await Promise.all(asked).finally(() => (over = true));
  expect(await observing).toBeGreaterThan(1);
  return answers;
};

const asking = (caller: Caller) =>
  Array.from({ length: CALLS }, (_, index) => caller.run({ task: 'Same.' }, {}, fleet.servers[index % 2]));

const booksAgree = async (caller: Caller, from: number) => {
  const { day, month } = await budgetOf(caller);
  const records = await recordsOf(fleet.engine, caller.tenantId);
  const billed = billedFor(messages(from));
  expect(records).toHaveLength(messages(from).length);
  expect([day.reserved, month.reserved]).toEqual([0n, 0n]);
  expect([day.spent, month.spent, recordedCost(records)]).toEqual([billed, billed, billed]);
  const usage = await bodyOf(await caller.ask('/usage'));
  expect(usage['totals']).toMatchObject({ requests: records.length, costUsd: formatUsd(billed) });
  return billed;
};

it(`of ${CALLS} calls at once over two processes exactly those pass whose reservations the budget covers`, async () => {
  const passing = 7;
  const unlimited = await fleet.addTenant();
  const weighing = createGate();
  fleet.upstream.script('*', [gatedHeaders(weighing, reply())]);
  const weighed = unlimited.run({ task: 'Same.' });
  await weighing.reached;
  const { reserved } = (await budgetOf(unlimited)).day;
  weighing.open();
  await weighed;
  // The price of 4,096 output tokens is the smaller part that is known by hand.
  expect(reserved).toBeGreaterThan(4_096n * 10_000_000n);

  const caller = await fleet.addTenant({ dailyBudgetUsd: formatUsd(pico(reserved * BigInt(passing))) });
  const gate = createGate();
  fleet.upstream.script('*', [gatedHeaders(gate, reply())]);
  const from = fleet.upstream.requests.length;
  let refused = 0;
  const asked = asking(caller).map(async (each) => {
    const response = await each;
    if (response.status === 402) refused += 1;
    // Those that passed wait for the gate, so that none of them makes room for another.
    if (refused === CALLS - passing) gate.open();
    return response;
  });
  const answers = await storm(caller, asked);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(passing);
  expect(messages(from)).toHaveLength(passing);
  for (const response of answers.filter(({ status }) => status !== 200)) {
    expect(response.headers.get('retry-after')).toBe('2');
    expect(await bodyOf(response)).toMatchObject({
      code: 'budget-exceeded',
      status: 402,
      used: '0',
      retryAfterMs: 2_000,
      limit: formatUsd(pico(reserved * 7n)),
      reserved: formatUsd(pico(reserved * 7n)),
    });
  }
  await booksAgree(caller, from);
});

it(`of ${CALLS} calls at once that end and make room no more pass than can be paid, and each that fits does in the end`, async () => {
  // What a call costs: 100 x 2 + 256 x 10 dollars per million. What it must be able to cost: its input as counted, 5 % more and
  // written to the cache, and the least output, all of it in the dearer region. So another passes while 0.00310475 is left.
  const cost = parseUsd('0.00276');
  const least = parseUsd('0.00310475');
  const limit = parseUsd('0.2');
  const payable = Number((limit - least) / cost) + 1;
  expect(payable).toBe(72);
  fleet.upstream.script('*', [reply('ok', { usage: { input: 100, output: 256 } })]);
  const from = fleet.upstream.requests.length;
  const caller = await fleet.addTenant({ dailyBudgetUsd: formatUsd(limit) });
  const answers = await storm(caller, asking(caller));
  const passed = answers.filter(({ status }) => status === 200).length;
  expect(passed).toBeLessThanOrEqual(payable);
  expect(answers.filter(({ status }) => status !== 200 && status !== 402)).toEqual([]);
  await booksAgree(caller, from);

  let last = await caller.run({ task: 'Same.' });
  while (last.status === 200) last = await caller.run({ task: 'Same.' });
  const spent = formatUsd(pico(cost * BigInt(payable)));
  expect(await bodyOf(last)).toMatchObject({ status: 402, limit: '0.2', used: spent, reserved: '0' });
  expect(last.headers.get('retry-after')).toBeNull();
  expect(messages(from)).toHaveLength(payable);
  // Lowered to what was left, and told to the upstream so.
  const lowered = messages(from).map(({ body }) => Number(body?.['max_tokens']));
  expect(Math.max(...lowered)).toBe(4_096);
  expect(Math.min(...lowered)).toBeLessThan(4_096);
  expect(Math.min(...lowered)).toBeGreaterThanOrEqual(256);
  expect(await booksAgree(caller, from)).toBeLessThanOrEqual(limit);
});
