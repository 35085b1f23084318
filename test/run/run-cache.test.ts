import { defineTool, z } from 'ballast';
import { describe, expect, it } from 'vitest';
import { silentStream } from '../../lib/agent/loop/run-stream.ts';
import type { Outcome } from '../../lib/model-call/types.ts';
import { UNCACHED } from '../../lib/response-cache/flights.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { answer, runParts, text, use } from '../agent/run-parts.ts';
import { failing } from '../model-call/parts.ts';

const CACHED = { cache: 'use' } as const;
const said = [answer([text('First.')]), answer([text('Second.')]), answer([text('Third.')])];

const tool = (name: string, options: { cacheable?: boolean; sideEffects?: boolean } = {}) =>
  defineTool({ name, description: name, input: z.object({}), run: () => 'ok', ...options });

describe('the same task asked again', () => {
  it('gets the same answer, for nothing', async () => {
    const { run, requests } = runParts(said);
    expect(await run(CACHED)).toMatchObject({ output: 'First.', cache: 'miss', usage: { modelCalls: 1 } });
    expect(await run(CACHED)).toMatchObject({
      status: 'succeeded',
      output: 'First.',
      model: 'claude-sonnet-5-5',
      stopReason: 'end_turn',
      cache: 'hit',
      degraded: null,
      usage: { modelCalls: 0, inputTokens: 0, costUsd: '0' },
    });
    expect(requests).toHaveLength(1);
  });

  it('is a run of its own, which can be read back', async () => {
    const { run, runs } = runParts(said);
    const first = await run(CACHED);
    const second = await run(CACHED);
    expect(second.runId).not.toBe(first.runId);
    expect(await runs.find('demo', second.runId)).toMatchObject({ status: 'succeeded', body: { cache: 'hit' } });
  });

  it('is asked anew where the request says bypass, and the stored answer stays', async () => {
    const { run } = runParts(said);
    await run(CACHED);
    expect(await run({ cache: 'bypass' })).toMatchObject({ output: 'Second.', cache: 'bypass' });
    expect(await run(CACHED)).toMatchObject({ output: 'First.' });
  });

  it('is asked anew where the request says refresh, and the new answer takes its place', async () => {
    const { run } = runParts(said);
    await run(CACHED);
    expect(await run({ cache: 'refresh' })).toMatchObject({ output: 'Second.', cache: 'miss' });
    expect(await run(CACHED)).toMatchObject({ output: 'Second.', cache: 'hit' });
  });

  it('is asked anew when its lifetime is over', async () => {
    const { run, clock } = runParts(said, { cache: { ttlSeconds: 30 } });
    await run();
    await clock.advance(29_000);
    expect(await run()).toMatchObject({ cache: 'hit' });
    await clock.advance(1_000);
    expect(await run()).toMatchObject({ output: 'Second.', cache: 'miss' });
  });

  it('is asked anew once an administrator has invalidated the tenant’s answers', async () => {
    const { run } = runParts(said);
    await run(CACHED);
    const invalidated = { ...newTenant('demo', 0), cacheVersion: 1 };
    expect(await run(CACHED, undefined, invalidated)).toMatchObject({ output: 'Second.', cache: 'miss' });
  });

  it.each([
    ['another tenant', {}, newTenant('other', 0)],
    ['another task', { task: 'Do something else.' }, undefined],
    ['other earlier turns', { messages: [{ role: 'user' as const, content: 'Before.' }] }, undefined],
    ['another model', { model: 'claude-opus-5-5' }, undefined],
  ])('by %s is another question', async (_title, request, tenant) => {
    const { run } = runParts(said);
    await run(CACHED);
    expect(await run({ ...CACHED, ...request }, undefined, tenant)).toMatchObject({ output: 'Second.', cache: 'miss' });
  });

  it('by another end user is another question only where the agent says so', async () => {
    const shared = runParts(said, { cache: { ttlSeconds: 30 } });
    await shared.run({ userId: 'ann' });
    expect(await shared.run({ userId: 'bob' })).toMatchObject({ cache: 'hit' });
    const own = runParts(said, { cache: { ttlSeconds: 30, perUser: true } });
    await own.run({ userId: 'ann' });
    expect(await own.run({ userId: 'bob' })).toMatchObject({ cache: 'miss' });
    expect(await own.run({ userId: 'ann' })).toMatchObject({ cache: 'hit' });
    expect(await own.run()).toMatchObject({ cache: 'bypass' });
  });
});

describe('an answer is kept', () => {
  const twice = async (script: readonly Outcome[], options: Parameters<typeof runParts>[1] = {}, request = {}) => {
    const { run } = runParts(script, options);
    await run({ ...CACHED, ...request }).catch(() => {});
    return (await run(CACHED)).cache;
  };

  it('where each tool that ran is cacheable', async () => {
    const script = [answer([use('sum')]), answer([text('4')])];
    expect(await twice(script, { tools: [tool('sum', { cacheable: true })] })).toBe('hit');
  });

  it.each([
    ['of a tool that is not cacheable', [answer([use('now')]), answer([text('noon')])], { tools: [tool('now')] }],
    [
      'of a tool with effects',
      [answer([use('pay')]), answer([text('ok')])],
      { tools: [tool('pay', { sideEffects: true })] },
    ],
    ['of a tool that does not exist', [answer([use('made-up')]), answer([text('ok')])], {}],
    ['that is cut short by its length', [answer([text('half')], 'max_tokens'), answer([text('ok')])], {}],
    ['that is a refusal', [answer([text('no')], 'refusal'), answer([text('ok')])], {}],
    ['that is an error', [failing('overloaded'), answer([text('ok')])], {}],
    ['that is the agent’s message', [failing('overloaded'), answer([text('ok')])], { fallbackMessage: 'later' }],
    [
      'of a stand-in',
      [
        { ...answer([text('weaker')]), degraded: { reason: 'upstream-error', model: 'm' } } as Outcome,
        answer([text('ok')]),
      ],
      {},
    ],
  ] as const)('but not one %s', async (_title, script, options) => {
    expect(await twice(script, options)).toBe('miss');
  });
});

it('what is asked at the same time is made once', async () => {
  const gate = Promise.withResolvers<Outcome>();
  const { run, clock, requests } = runParts([() => gate.promise]);
  const runs = Array.from({ length: 20 }, () => run(CACHED));
  await clock.advance(500);
  gate.resolve(answer([text('Once.')]));
  await clock.advance(5_000);
  const answers = await Promise.all(runs);
  expect(requests).toHaveLength(1);
  expect(answers.map(({ output }) => output)).toEqual(Array(20).fill('Once.'));
  expect(answers.filter(({ cache }) => cache === 'hit')).toHaveLength(19);
});

const broken = defineTool({
  name: 'sum',
  description: 'sum',
  input: z.object({}),
  cacheable: true,
  fallback: () => 'The sum is not to be had.',
  run: () => {
    throw new Error('down');
  },
});

it('an answer made without what a tool should have said is not kept: the tool may be back in a moment', async () => {
  const { run } = runParts([answer([use('sum')]), answer([text('I do not know.')])], { tools: [broken] });
  await run(CACHED);
  expect(await run(CACHED)).toMatchObject({ cache: 'miss' });
});

it.each([
  ['left', (_: unknown, leave: AbortController) => (leave.abort(), failing('cancelled'))],
  ['may not spend as much', () => failing('run-cost')],
  ['is over a limit', () => failing('refused')],
])('a leader who %s leaves its place to one follower, not to all', async (_title, becomes) => {
  const leave = new AbortController();
  const gate = Promise.withResolvers<void>();
  const script = [async () => (await gate.promise, becomes(null, leave)), async () => answer([text('Once.')])];
  const { run, clock, requests } = runParts(script);
  const leader = run(CACHED, leave.signal).catch(() => null);
  const followers = Array.from({ length: 20 }, () => run(CACHED));
  await clock.advance(500);
  gate.resolve();
  await leader;
  await clock.advance(5_000);
  expect((await Promise.all(followers)).map(({ output }) => output)).toEqual(Array(20).fill('Once.'));
  expect(requests).toHaveLength(2);
});

it('a follower that listens hears that its run is alive while it waits', async () => {
  const heard: string[] = [];
  const stream = { ...silentStream, admitted: () => heard.push('open') };
  const { run, clock } = runParts([() => new Promise<Outcome>(() => {})], { stream });
  void run(CACHED);
  void run({ ...CACHED, timeoutMs: 60_000 }).catch(() => {});
  await clock.advance(1_000);
  expect(heard).toEqual(['open']);
});

it('whoever waits for another’s answer waits no longer than its own deadline', async () => {
  const { run, clock } = runParts([() => new Promise<Outcome>(() => {})]);
  void run(CACHED);
  const waiting = run({ ...CACHED, timeoutMs: 2_000 });
  const refused = expect(waiting).rejects.toMatchObject({ code: 'upstream-timeout' });
  await clock.advance(3_000);
  await refused;
});

it('a cache that fails costs nobody an answer', async () => {
  const { run, events } = runParts(said, {
    responses: {
      open: async () => ({
        kind: 'miss',
        stale: null,
        flight: UNCACHED,
        failed: true,
      }),
    },
  });
  expect(await run(CACHED)).toMatchObject({ output: 'First.', cache: 'miss' });
  expect(events).toContainEqual({ type: 'cache.looked', agent: 'assistant', outcome: 'failed' });
});
