import { defineTool, z } from 'ballast';
import { expect, it } from 'vitest';
import { formatUsd } from '../../../lib/kernel/money.ts';
import { answer, text, use } from '../../agent/run-parts.ts';
import { describeOnDynamoDb } from '../../dynamodb.ts';
import { failing } from '../../model-call/parts.ts';
import type { Ended } from './memory-execution.ts';
import { CALL_COST, createRunRig, type RigOptions, type Script } from './run-rig.ts';

const CACHED = { cache: 'use' } as const;
const SAID = [answer([text('First.')]), answer([text('Second.')]), answer([text('Third.')])];

const sum = (cacheable: boolean) =>
  defineTool({ name: 'sum', description: '', input: z.object({}), cacheable, run: () => '4' });

describeOnDynamoDb('the response cache of asynchronous runs', (engine) => {
  const rigOf = (script: Parameters<typeof createRunRig>[1] = SAID, options: RigOptions = {}) => {
    const rig = createRunRig(engine(), script, options);
    /** One run to its end. */
    const ask = async (request: Parameters<typeof rig.submit>[0] = CACHED) => {
      const run = await rig.submit(request);
      expect(await rig.invoke(run)).toBe('over');
      const { status, body } = await rig.rowOf(run);
      return { run, status, output: body['output'], cache: body['cache'], usage: body['usage'] };
    };
    return { rig, ask };
  };

  it('gives the same task its answer again, without a call, a cost or a slot', async () => {
    const { rig, ask } = rigOf();
    expect(await ask()).toMatchObject({ output: 'First.', cache: 'miss', usage: { costUsd: formatUsd(CALL_COST) } });
    const again = await ask();
    expect(again).toMatchObject({ status: 'succeeded', output: 'First.', cache: 'hit' });
    expect(again.usage).toMatchObject({ modelCalls: 0, inputTokens: 0, costUsd: '0' });
    expect(rig.requests).toHaveLength(1);
    const told = await rig.eventsOf(again.run);
    expect(told.map(({ event }) => event)).toEqual(['run.queued', 'run.started', 'text.delta', 'run.succeeded']);
    expect(told[2]?.data).toEqual({ text: 'First.' });
  });

  it.each([
    ['another task', { ...CACHED, task: 'Do something else.' }],
    ['a session', { ...CACHED, sessionId: 'chat' }],
    ['a bypass', { cache: 'bypass' as const }],
    ['no word of the cache', {}],
  ])('gives it to nobody with %s', async (_title, request) => {
    const { ask } = rigOf();
    await ask();
    expect(await ask(request)).toMatchObject({ output: 'Second.' });
  });

  it('is asked by an agent that has a lifetime, and makes the answer anew for a refresh', async () => {
    const { ask } = rigOf(SAID, { cache: { ttlSeconds: 60 } });
    await ask({});
    expect(await ask({})).toMatchObject({ output: 'First.', cache: 'hit' });
    expect(await ask({ cache: 'refresh' })).toMatchObject({ output: 'Second.', cache: 'miss' });
    expect(await ask({})).toMatchObject({ output: 'Second.', cache: 'hit' });
  });

  it('has two runs of one question make one answer: the second waits, without compute', async () => {
    const gate = Promise.withResolvers<void>();
    const slow: Script = async () => (await gate.promise, answer([text('Once.')]));
    const { rig } = rigOf([slow]);
    const [first, second] = [await rig.submit(CACHED), await rig.submit(CACHED)];
    const leading = rig.invoke(first);
    await expect.poll(() => rig.requests.length).toBe(1);
    const waits = async () => {
      let how: Ended | null = null;
      void rig.invoke(second).then((ended) => (how = ended));
      const moved = async () => (await rig.clock.advance(500), how);
      await expect.poll(moved, { interval: 5 }).toBe('suspended');
    };
    await waits();
    // Longer than a leader is waited for that is no more.
    await rig.clock.advance(60_000);
    await waits();
    gate.resolve();
    expect(await leading).toBe('over');
    expect(await rig.invoke(second)).toBe('over');
    expect((await rig.rowOf(second)).body).toMatchObject({ output: 'Once.', cache: 'hit' });
    expect([rig.requests.length, rig.clock.pending]).toEqual([1, 0]);
  });

  it('has a run that waits be cancelled', async () => {
    const gate = Promise.withResolvers<void>();
    const slow: Script = async () => (await gate.promise, answer([text('Once.')]));
    const { rig } = rigOf([slow]);
    const [first, second] = [await rig.submit(CACHED), await rig.submit(CACHED)];
    const leading = rig.invoke(first);
    await expect.poll(() => rig.requests.length).toBe(1);
    await rig.inbox.cancel(second, { keyId: 'key', at: 0 });
    expect(await rig.invoke(second)).toBe('over');
    expect((await rig.rowOf(second)).status).toBe('cancelled');
    gate.resolve();
    await leading;
  });

  it('lets others ask by themselves once a run is suspended or lost that made the answer, and still keeps what it says', async () => {
    const { rig, ask } = rigOf([answer([use('sum')]), answer([text('Four.')])], { tools: [sum(true)] });
    for (const kill of [{ before: 'model-2' }, null]) {
      const run = await rig.submit(CACHED);
      if (kill !== null) await rig.invoke(run, kill);
      if (kill !== null) await rig.clock.advance(31_000);
      await rig.invoke(run);
    }
    expect(await ask()).toMatchObject({ output: 'Four.', cache: 'hit' });
    expect(rig.requests).toHaveLength(2);
  });

  it('gives its place up when its invocation ends', async () => {
    const { rig } = rigOf([answer([text('Done.')])], { settings: { maxConcurrentRuns: 1 } });
    const [first, second] = [await rig.submit(CACHED), await rig.submit(CACHED)];
    // No slot is free: the first was started with it.
    expect(await rig.invoke(second)).toBe('suspended');
    expect(await rig.invoke(first)).toBe('over');
    expect((await rig.rowOf(first)).body).toMatchObject({ cache: 'miss', output: 'Done.' });
    expect(rig.clock.pending).toBe(0);
  });

  it.each([
    ['a tool that is not cacheable', [answer([use('sum')]), answer([text('Four.')])], {}],
    ['a failed run', [failing('overloaded'), answer([text('Four.')])], {}],
    ['a refusal', [answer([text('No.')], 'refusal'), answer([text('Four.')])], {}],
  ])('keeps no answer of %s', async (_title, script, options) => {
    const { ask } = rigOf(script, { tools: [sum(false)], ...options });
    await ask();
    expect(await ask()).toMatchObject({ cache: 'miss' });
  });

  it('keeps no answer that people have steered', async () => {
    const { rig, ask } = rigOf();
    const run = await rig.submit(CACHED);
    await rig.inbox.post(run, { messageId: 'msg_1', content: 'In French.', interrupt: false });
    await rig.invoke(run);
    expect((await rig.rowOf(run)).body).toMatchObject({ output: 'First.' });
    expect(await ask()).toMatchObject({ output: 'Second.', cache: 'miss' });
  });

  it('keeps the answer as it is told, and none whose redaction was changed on the way', async () => {
    const leaky = [answer([text('Use 4111 1111 1111 1111.')])];
    const { rig, ask } = rigOf(leaky, { settings: { redactOutput: true } });
    expect(await ask()).toMatchObject({ output: 'Use [REDACTED_CARD].', cache: 'miss' });
    expect(await ask()).toMatchObject({ output: 'Use [REDACTED_CARD].', cache: 'hit' });
    rig.set({ redactOutput: false });
    const run = await rig.submit(CACHED);
    const { worker, over } = await rig.open(run, { before: 'ended' });
    await over;
    await worker.close();
    rig.set({ redactOutput: true });
    await rig.invoke(run);
    rig.set({ redactOutput: false });
    expect(await ask()).toMatchObject({ output: 'Use 4111 1111 1111 1111.', cache: 'miss' });
  });

  it('stands in, stale, where no model answers, also when that is replayed', async () => {
    const { rig } = rigOf([answer([text('Old.')]), failing('overloaded')], { cache: { ttlSeconds: 30 } });
    await rig.invoke(await rig.submit({}));
    await rig.clock.advance(40_000);
    const run = await rig.submit({});
    await rig.invoke(run, { before: 'ended' });
    await rig.invoke(run);
    const degraded = { servedBy: 'cache', reason: 'upstream-overloaded' };
    expect((await rig.rowOf(run)).body).toMatchObject({ output: 'Old.', degraded });
  });
});
