import { ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseUsd } from '../../lib/kernel/money.ts';
import { textBlock, toolUseBlock } from '../../local/simulated-claude/wire.ts';
import { size } from '../sizes.ts';
import { reply, toolCalls } from '../upstream/answers.ts';
import { bodyOf, type Caller, type FleetOfOne, startFleetOfOne } from './fleet.ts';

let fleet: FleetOfOne;
beforeAll(async () => {
  fleet = await startFleetOfOne();
  fleet.upstream.script('*', [reply('ok')]);
});
afterAll(() => fleet[Symbol.asyncDispose]());

type Json = Record<string, unknown>;

const post = async (caller: Caller, target: string, body: object): Promise<Json & { readonly status?: unknown }> =>
  bodyOf(
    await caller.ask(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
const spentBy = async (caller: Caller): Promise<bigint> =>
  parseUsd(String(((await bodyOf(await caller.ask('/usage/budget')))['day'] as Json)['spentUsd']));

it('a session never costs more than its budget; another one of the tenant has its own', async () => {
  const caller = await fleet.addTenant({ sessionBudgetUsd: '0.05' });
  const answers: Json[] = [];
  for (let tries = 0; tries < 3_000; tries += 1) {
    const answer = await bodyOf(await caller.run({ task: 'Go on.', sessionId: 'one', complexity: 'complex' }));
    answers.push(answer);
    if (answer['code'] !== undefined) break;
  }
  const refusal = answers.at(-1);
  expect(refusal).toMatchObject({ status: 402, code: 'budget-exceeded', limit: '0.05', reserved: '0' });
  expect(refusal).not.toHaveProperty('retryAfterMs');
  expect(answers.length).toBeGreaterThan(1);
  const spent = await spentBy(caller);
  expect(spent).toBeLessThanOrEqual(parseUsd('0.05'));
  expect(parseUsd(String(refusal?.['used']))).toBe(spent);
  expect(await post(caller, '/agent/run', { task: 'Hello.', sessionId: 'two' })).toMatchObject({ status: 'succeeded' });
  expect(await post(caller, '/agent/run', { task: 'Hello.' })).toMatchObject({ status: 'succeeded' });

  await fleet.administer('PATCH', `/admin/tenants/${caller.tenantId}`, { sessionBudgetUsd: null });
  await expect
    .poll(async () => (await post(caller, '/agent/run', { task: 'Raised.', sessionId: 'one' }))['status'])
    .toBe('succeeded');
});

it('a run whose session has no room for a later call ends incomplete, with what it has', async () => {
  const caller = await fleet.addTenant({ sessionBudgetUsd: '0.1' });
  // Below what a call is given at least: a real model never goes above what it was given.
  const call = { name: 'calculate', input: { expression: '1 + 1' } };
  fleet.upstream.script('*', [toolCalls([call], { usage: { output: 250 } })]);
  const run = { task: 'Loop.', sessionId: 'loop', complexity: 'complex', maxModelCalls: 50 };
  const answer = await bodyOf(await caller.run(run));
  expect(answer).toMatchObject({ status: 'incomplete', stopReason: 'budget' });
  expect(await spentBy(caller)).toBeLessThanOrEqual(parseUsd('0.1'));
  fleet.upstream.script('*', [reply('ok')]);
});

it('an asynchronous run waits for room in its session’s budget where it is asked to, and goes on once there is', async () => {
  const caller = await fleet.addTenant({ sessionBudgetUsd: '0.000001' });
  const { runId } = await post(caller, '/agent/runs', { task: 'Wait.', sessionId: 'pause', onLimit: 'pause' });
  const status = async () => (await bodyOf(await caller.ask(`/agent/runs/${String(runId)}`)))['status'];
  await expect.poll(status).toBe('awaiting_budget');
  await fleet.administer('PATCH', `/admin/tenants/${caller.tenantId}`, { sessionBudgetUsd: '1' });
  await caller.ask(`/agent/runs/${String(runId)}/resume`, { method: 'POST' });
  await expect.poll(status).toBe('succeeded');
  const stopped = await post(caller, '/agent/runs', { task: 'Again.', sessionId: 'pause' });
  expect(stopped['status']).toBe('queued');
});

it('asynchronous runs of one session, submitted at once, spend no more than its budget together, and what is refused leaves nothing', async () => {
  const limit = '0.03';
  const caller = await fleet.addTenant({ sessionBudgetUsd: limit });
  // Below what a call is given at least: a real model never goes above what it was given.
  fleet.upstream.script('*', [reply('ok', { usage: { output: 250 } })]);
  const submitted = await Promise.all(
    [1, 2, 3, 4, 5, 6, 7].map((each) =>
      post(caller, '/agent/runs', { task: `Task ${each}.`, sessionId: 'rush', complexity: 'complex' }),
    ),
  );
  const runOf = async ({ runId }: Json) => bodyOf(await caller.ask(`/agent/runs/${String(runId)}`));
  const ended = async () =>
    (await Promise.all(submitted.map(runOf))).filter(({ status }) => status !== 'queued' && status !== 'running');
  await expect.poll(async () => (await ended()).length).toBe(submitted.length);
  const runs = await ended();
  const answered = runs.filter(({ status }) => status === 'succeeded');
  const refused = runs.filter(({ status }) => status === 'failed');
  expect(answered.length).toBeGreaterThan(1);
  expect(refused.length).toBeGreaterThan(1);
  expect(answered.length + refused.length).toBe(runs.length);
  for (const run of refused) expect(run).toMatchObject({ error: { code: 'budget-exceeded', status: 402, limit } });
  expect(await spentBy(caller)).toBeLessThanOrEqual(parseUsd(limit));
  const { turns } = (await bodyOf(await caller.ask('/sessions/rush'))) as { turns?: { runId: string }[] };
  const runIds = turns?.map(({ runId }) => runId) ?? [];
  expect(runIds.toSorted()).toEqual(answered.flatMap(({ runId }) => [String(runId), String(runId)]).toSorted());
  for (let at = 0; at < runIds.length; at += 2) expect(runIds[at]).toBe(runIds[at + 1]);
  fleet.upstream.script('*', [reply('ok')]);
});

/** As it is sent, but for the marks of the provider's cache, which change no prefix. */
const unmarked = (value: unknown): string =>
  JSON.stringify(value, (name, member: unknown) => (name === 'cache_control' ? undefined : member));

it('each request of a session begins with the bytes of the one before, of synchronous and asynchronous runs', async () => {
  const caller = await fleet.addTenant();
  const thinking = { type: 'thinking', thinking: 'Hm.', signature: 'c2lnbmVk' } as const;
  const sum = (id: string) => toolUseBlock(id, 'calculate', { expression: '1 + 1' });
  const two = reply([thinking, textBlock('Two.')]);
  const looking = (name: string) =>
    reply([thinking, textBlock('I look.'), sum(`toolu_${name}1`), sum(`toolu_${name}2`)]);
  fleet.upstream.script('*', [looking('a'), two, looking('b'), two, looking('c'), two]);
  const from = fleet.upstream.requests.length;
  const sessionId = 'prefix';
  const messages = [
    { role: 'user', content: 'Hello.' },
    { role: 'assistant', content: 'Hi.' },
  ];
  await post(caller, '/agent/run', { task: 'One.', sessionId, messages });
  const { runId } = await post(caller, '/agent/runs', { task: 'Two.', sessionId });
  const status = async () => (await bodyOf(await caller.ask(`/agent/runs/${String(runId)}`)))['status'];
  await expect.poll(status).toBe('succeeded');
  await post(caller, '/agent/run', { task: 'Three.', sessionId });

  const bodies = fleet.upstream.requests.slice(from).map(({ body }) => body as Json & { messages: unknown[] });
  expect(bodies.map((body) => body.messages.length)).toEqual([3, 5, 7, 9, 11, 13]);
  for (const [at, body] of bodies.entries()) {
    const before = bodies[at - 1] ?? body;
    for (const name of ['model', 'system', 'tools', 'tool_choice', 'thinking', 'max_tokens', 'stream'])
      expect(JSON.stringify(body[name]), `${name} of request ${at}`).toBe(JSON.stringify(before[name]));
    expect(unmarked(body.messages.slice(0, before.messages.length))).toBe(unmarked(before.messages));
  }
  fleet.upstream.script('*', [reply('ok')]);
});

it('a long session leaves one conversation, and each run writes as much as the first', async () => {
  const caller = await fleet.addTenant();
  const turns = size(40, 200);
  const items = async () => {
    const counted = new Map<string, number>();
    const { TableNames = [] } = await fleet.engine.sdk.send(new ListTablesCommand());
    for (const TableName of TableNames.filter((name) => name.includes('runs'))) {
      const { Items = [] } = await fleet.engine.sdk.send(new ScanCommand({ TableName }));
      for (const { pk, sk } of Items) {
        if (pk?.S?.startsWith(`session#${caller.tenantId}/`) !== true) continue;
        const kind = String(sk?.S).split('#')[0] ?? '';
        counted.set(kind, (counted.get(kind) ?? 0) + 1);
      }
    }
    return Object.fromEntries(counted);
  };
  for (let turn = 1; turn <= turns; turn += 1)
    expect(await post(caller, '/agent/run', { task: `Turn ${turn}.`, sessionId: 'long' })).toMatchObject({
      status: 'succeeded',
    });
  await expect.poll(items).toEqual({ head: 1, r: turns, c: 1 });
  const shown = await bodyOf(await caller.ask('/sessions/long'));
  expect(shown['turns']).toHaveLength(2 * turns);
  expect(shown['usage']).toMatchObject({ modelCalls: turns });
});
