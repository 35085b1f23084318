import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reply, status, toolCalls } from '../upstream/answers.ts';
import { gatedHeaders } from '../upstream/broken.ts';
import { createGate } from '../upstream/gate.ts';
import { booksOf } from './books-of.ts';
import { bodyOf, type Caller, type Fleet, startFleet } from './fleet.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet({ MAX_RETRIES: '0' });
});
afterAll(() => fleet[Symbol.asyncDispose]());

const CACHED = { cache: 'use' };
const sent = () => fleet.upstream.requests.filter(({ path }) => path === '/v1/messages').length;
/** How often a server could not read or write what is kept of answers. */
const failedLooks = () =>
  fleet.servers
    .flatMap((server) => server.printed().split('\n'))
    .filter((line) => line.includes('"store failed"') && line.includes('"cache.')).length;
/** So many at once, by turns on both servers. */
const all = (caller: Caller, count: number, body: object) =>
  Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const response = await caller.run(body, {}, fleet.servers[index % 2]);
      return bodyOf(response);
    }),
  );

/** A hundred identical tasks of a tenant of their own, and what came of them. */
const stampede = async () => {
  const caller = await fleet.addTenant();
  const gate = createGate();
  fleet.upstream.script('*', [gatedHeaders(gate, reply('Once.')), reply('Twice.')]);
  const [before, failedBefore] = [sent(), failedLooks()];
  const answered = all(caller, 100, { task: 'Why?', ...CACHED });
  await gate.reached;
  gate.open();
  const answers = await answered;
  return { caller, answers, runs: sent() - before, failed: () => failedLooks() - failedBefore };
};
const MOST_ROUNDS = 5;

describe('a hundred identical tasks at once, on two processes', () => {
  it('are one run upstream, and one answer for all', async () => {
    let round = await stampede();
    // Whom the store of answers does not answer in time goes on without, and each is told: then once more.
    for (let rounds = 1; round.runs > 1 && rounds < MOST_ROUNDS; rounds += 1) {
      await expect.poll(round.failed).toBeGreaterThanOrEqual(round.runs - 1);
      round = await stampede();
    }
    const { caller, answers, runs } = round;
    expect(runs).toBe(1);
    expect(new Set(answers.map(({ output }) => output))).toEqual(new Set(['Once.']));
    expect(answers.filter(({ cache }) => cache === 'hit')).toHaveLength(99);
    expect(new Set(answers.map(({ runId }) => runId)).size).toBe(100);
    const { totals } = (await bodyOf(await caller.ask('/usage'))) as { totals: object };
    expect(totals).toMatchObject({ requests: 1 });
  });

  it('whose answer may not be kept are all made, not one after the other', async () => {
    const caller = await fleet.addTenant();
    const gate = createGate();
    const clock = toolCalls([{ name: 'current_time', input: {} }]);
    // Every answer but the leader's stands before the gate: only if all are under way at once does it open.
    fleet.upstream.script('*', [clock, reply('It is now.'), gatedHeaders(gate, reply('Now.'))]);
    const before = sent();
    const answered = all(caller, 9, { task: 'What time is it?', ...CACHED });
    await expect.poll(() => sent() - before).toBe(10);
    gate.open();
    expect((await answered).map(({ status: how }) => how)).toEqual(Array(9).fill('succeeded'));
  });
});

it('another tenant’s identical task, and the same task after other turns, are their own', async () => {
  const [one, other] = [await fleet.addTenant(), await fleet.addTenant()];
  fleet.upstream.script('*', [reply('One’s.'), reply('Other’s.'), reply('After.')]);
  const task = { task: 'Whose?', ...CACHED };
  expect(await bodyOf(await one.run(task))).toMatchObject({ output: 'One’s.', cache: 'miss' });
  expect(await bodyOf(await other.run(task))).toMatchObject({ output: 'Other’s.', cache: 'miss' });
  const messages = [{ role: 'user', content: 'Before.' }];
  expect(await bodyOf(await one.run({ ...task, messages }))).toMatchObject({ output: 'After.', cache: 'miss' });
  expect(await bodyOf(await one.run(task))).toMatchObject({ output: 'One’s.', cache: 'hit' });
});

it('a hit takes no permit and spends nothing', async () => {
  const caller = await fleet.addTenant({ requestsPerMinute: 1, cacheTtlSeconds: 600 });
  fleet.upstream.script('*', [reply('Paid.')]);
  const task = { task: 'What?', ...CACHED };
  expect(await bodyOf(await caller.run(task))).toMatchObject({ cache: 'miss' });
  const spent = await booksOf(caller);
  expect((await caller.run({ task: 'Else?' })).status).toBe(429);
  const hit = await caller.run(task, {}, fleet.servers[1]);
  expect(await bodyOf(hit)).toMatchObject({ cache: 'hit', usage: { modelCalls: 0, costUsd: '0' } });
  expect(await booksOf(caller)).toEqual(spent);
});

it('a hit is told as events like any answer, and can be read back', async () => {
  const caller = await fleet.addTenant();
  fleet.upstream.script('*', [reply('Told.')]);
  const task = { task: 'Tell.', ...CACHED };
  await (await caller.run(task)).text();
  const events = await (await caller.run(task, { accept: 'text/event-stream' })).text();
  expect(events.match(/^event: .*$/gm)).toEqual(['event: run.started', 'event: text.delta', 'event: run.succeeded']);
  expect(events).toContain('data: {"text":"Told."}');
  const runId = /"runId":"(run_\w+)"/.exec(events)?.[1] ?? '';
  expect(await bodyOf(await caller.ask(`/agent/runs/${runId}`))).toMatchObject({ output: 'Told.', cache: 'hit' });
});

it('an administrator makes every answer of a tenant stale at once', async () => {
  const caller = await fleet.addTenant();
  fleet.upstream.script('*', [reply('Old.'), reply('New.')]);
  const task = { task: 'Which?', ...CACHED };
  await (await caller.run(task)).text();
  await fleet.administer('POST', `/admin/tenants/${caller.tenantId}/cache/invalidate`);
  expect(await bodyOf(await caller.run(task))).toMatchObject({ output: 'New.', cache: 'miss' });
});

it('a stale answer stands in while every model fails, and says so', async () => {
  const caller = await fleet.addTenant({ cacheTtlSeconds: 1 });
  fleet.upstream.script('*', [reply('Earlier.'), status(529)]);
  const task = { task: 'Still?', ...CACHED };
  await (await caller.run(task)).text();
  await expect
    .poll(async () => bodyOf(await caller.run(task)), { interval: 300 })
    .toMatchObject({
      status: 'succeeded',
      output: 'Earlier.',
      cache: 'miss',
      degraded: { reason: 'upstream-overloaded', servedBy: 'cache' },
    });
});

it('a tenant whose lifetime is 0 is never answered from the cache', async () => {
  const caller = await fleet.addTenant({ cacheTtlSeconds: 0 });
  fleet.upstream.script('*', [reply('Each.')]);
  const task = { task: 'Each time?', ...CACHED };
  for (const _ of [1, 2]) expect(await bodyOf(await caller.run(task))).toMatchObject({ cache: 'bypass' });
});
