import { afterAll, beforeAll, expect, it } from 'vitest';
import { reply } from '../upstream/answers.ts';
import { startFleet, type Caller, type Fleet } from './fleet.ts';
import { knocks } from './routes.ts';

const MODEL = 'claude-sonnet-5-5';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet();
  fleet.upstream.script('*', [reply()]);
});
afterAll(() => fleet[Symbol.asyncDispose]());

/** Knocks at every door of a process, at all of them at once. */
const walk = async (caller: Caller, server = fleet.servers[0]) => {
  const before = fleet.upstream.requests.length;
  const heard = new Set<string>();
  const knocking = knocks({ name: `anthropic/${MODEL}` }).map(async ({ target, init }) => {
    const response = await caller.ask(target, init, server);
    await response.text();
    heard.add(`${init.method} ${target} ${response.status}`);
  });
  await Promise.all(knocking);
  return { heard, called: fleet.upstream.requests.length - before };
};

const ofRuns = (heard: ReadonlySet<string>): string[] =>
  [...heard].filter((each) => each.startsWith('POST /agent/run ')).toSorted();

it('every route is walked: without a limit, those that can call a model do', async () => {
  const { heard, called } = await walk(await fleet.addTenant());
  expect(called).toBeGreaterThan(0);
  expect(ofRuns(heard)).toEqual(['POST /agent/run 200', 'POST /agent/run 400']);
});

it.each([
  ['a daily budget of 0', { dailyBudgetUsd: '0' }, 402],
  ['a monthly budget of 0', { monthlyBudgetUsd: '0' }, 402],
  ['a rate of 0', { requestsPerMinute: 0 }, 429],
  ['a rate of 0 and a small budget', { requestsPerMinute: 0, dailyBudgetUsd: '0.01' }, 429],
  ['tokens of 0', { tokensPerMinute: 0 }, 429],
  ['no run at a time', { maxConcurrentRuns: 0 }, 429],
  ['no model allowed', { allowedModels: [] }, 403],
  ['no agent allowed', { allowedAgents: [] }, 403],
])('no route calls a model with %s, nor asks it to count', async (_title, settings, status) => {
  const { heard, called } = await walk(await fleet.addTenant(settings), fleet.servers[1]);
  expect(called).toBe(0);
  expect(ofRuns(heard)).toEqual(['POST /agent/run 400', `POST /agent/run ${status}`]);
});

it.each([
  ['a budget of 0', { dailyBudgetUsd: '0' }, 402],
  ['a rate of 0', { requestsPerMinute: 0 }, 429],
])('no route calls a model for a key with %s', async (_title, key, status) => {
  const { heard, called } = await walk(await fleet.addTenant({}, key));
  expect(called).toBe(0);
  expect(ofRuns(heard)).toEqual(['POST /agent/run 400', `POST /agent/run ${status}`]);
});

it('no route calls a model whose circuit is isolated', async () => {
  const caller = await fleet.addTenant();
  const isolate = (model: string, state: string) =>
    fleet.administer('PUT', `/admin/circuits/anthropic/${model}`, { state });
  // The agent's fallback too, which would answer otherwise.
  for (const model of [MODEL, 'claude-haiku-4-5']) await isolate(model, 'isolated');
  // Each process looks at a circuit about once a second.
  for (const server of fleet.servers)
    await expect
      .poll(async () => (await caller.run({ task: 'a' }, {}, server)).status, { timeout: 5_000, interval: 100 })
      .toBe(503);
  for (const server of fleet.servers) {
    const { heard, called } = await walk(caller, server);
    expect(called).toBe(0);
    expect(ofRuns(heard)).toEqual(['POST /agent/run 400', 'POST /agent/run 503']);
  }
  for (const model of [MODEL, 'claude-haiku-4-5']) await isolate(model, 'closed');
});
