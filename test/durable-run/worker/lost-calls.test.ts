import { defineTool, z } from 'ballast';
import { expect, it } from 'vitest';
import { formatUsd, pico } from '../../../lib/kernel/money.ts';
import { answer, text, use } from '../../agent/run-parts.ts';
import { describeOnDynamoDb } from '../../dynamodb.ts';
import { CALL_COST, createRunRig, type Script } from './run-rig.ts';

const look = defineTool({ name: 'look', description: '', input: z.object({}), run: () => 'seen' });

describeOnDynamoDb('a model call whose workers are killed each time', (engine) => {
  /** A run whose second call was answered and paid three times, and whose worker was killed each time before it was kept. */
  const lostThrice = async () => {
    const script = [answer([use('look')]), answer([text('Never kept.')])];
    const rig = createRunRig(engine(), script, { tools: [look] });
    const run = await rig.submit();
    for (const _ of [1, 2, 3]) await rig.invoke(run, { after: 'model-2' });
    return { rig, run };
  };
  const COST = formatUsd(pico(4n * CALL_COST));

  it('ends the run with the cost of all that was lost, in its answer, its trace and its last event', async () => {
    const { rig, run } = await lostThrice();
    expect(await rig.invoke(run)).toBe('over');
    const { status, body, steps } = await rig.rowOf(run);
    expect([status, rig.requests.length]).toEqual(['failed', 4]);
    const usage = { modelCalls: 1, toolCalls: 1, costUsd: COST };
    expect(body).toMatchObject({ usage, error: { code: 'worker-lost', usage } });
    expect(steps.map(({ kind, costUsd }) => [kind, costUsd])).toEqual([
      ['model', formatUsd(CALL_COST)],
      ['tool', undefined],
      ['model', formatUsd(pico(3n * CALL_COST))],
    ]);
    expect((await rig.eventsOf(run)).at(-1)).toMatchObject({
      event: 'run.failed',
      data: { code: 'worker-lost', usage },
    });
  });

  it.each(['ended', 'end'])('also where a worker is killed once more, before `%s`', async (before) => {
    const { rig, run } = await lostThrice();
    await rig.invoke(run, { before });
    expect(await rig.invoke(run)).toBe('over');
    expect((await rig.rowOf(run)).body).toMatchObject({ error: { code: 'worker-lost' }, usage: { costUsd: COST } });
  });
});

describeOnDynamoDb('a worker whose invocation has ended', (engine) => {
  it('has no timer left, and holds no slot, whatever was under way', async () => {
    const gate = Promise.withResolvers<void>();
    const slow: Script = async () => (await gate.promise, answer([text('Late.')]));
    const rig = createRunRig(engine(), [slow], { settings: { maxConcurrentRuns: 2 } });
    const run = await rig.submit();
    const held = () => rig.slotStore.held(rig.tenantId, rig.clock.now(), new AbortController().signal);
    const { worker, over } = await rig.open(run);
    await expect.poll(() => rig.requests.length).toBe(1);
    expect(rig.clock.pending).toBeGreaterThan(0);
    await worker.close();
    gate.resolve();
    expect(await over).toBe('suspended');
    expect([rig.clock.pending, (await held()).size]).toEqual([0, 0]);
  });

  it('gives a slot back that it was just about to get', async () => {
    const rig = createRunRig(engine(), [answer([text('Done.')])], { settings: { maxConcurrentRuns: 2 } });
    const run = await rig.submit();
    const gate = Promise.withResolvers<void>();
    const before = { ...rig.slotStore };
    let asked = 0;
    rig.slotStore.takeOver = async (...slot) => {
      asked += 1;
      await gate.promise;
      return before.takeOver(...slot);
    };
    const { worker } = await rig.open(run);
    await expect.poll(() => asked).toBe(1);
    const closed = worker.close();
    gate.resolve();
    await closed;
    const held = await rig.slotStore.held(rig.tenantId, rig.clock.now(), new AbortController().signal);
    expect([held.size, rig.clock.pending, rig.requests.length]).toEqual([0, 0, 0]);
  });
});
