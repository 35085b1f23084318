import { defineTool, z } from 'ballast';
import { describe, expect, it } from 'vitest';
import { formatUsd } from '../../../lib/kernel/money.ts';
import { answer, text, use } from '../../agent/run-parts.ts';
import { describeOnDynamoDb } from '../../dynamodb.ts';
import { failing } from '../../model-call/parts.ts';
import { CALL_COST, createRunRig } from './run-rig.ts';

const WAIT_MS = 7 * 24 * 3_600_000;
const DONE = answer([text('Done.')]);

/** What a tool takes may change with a deployment. */
const changing = { takes: (_word: string) => true };
const pay = defineTool({
  name: 'pay',
  description: '',
  input: z.object({ to: z.string().check(z.refine((word) => changing.takes(word))) }),
  requiresApproval: true,
  sideEffects: true,
  run: () => 'paid',
});

describeOnDynamoDb('a run that waits', (engine) => {
  const asking = () => createRunRig(engine(), [answer([use('pay', { to: 'ada' })]), DONE], { tools: [pay] });

  it('for a person is denied when nobody has decided in time, and the model is told', async () => {
    const rig = asking();
    const run = await rig.submit();
    expect(await rig.invoke(run)).toBe('suspended');
    expect((await rig.rowOf(run)).status).toBe('awaiting_approval');
    // Woken too early, it waits on.
    rig.executionOf(run).wake('decide-1-1');
    expect(await rig.invoke(run)).toBe('suspended');
    await rig.clock.advance(WAIT_MS + 1);
    rig.executionOf(run).wake('decide-1-2');
    expect(await rig.invoke(run)).toBe('over');
    expect(await rig.rowOf(run)).toMatchObject({ status: 'succeeded', body: { output: 'Done.' } });
    expect(JSON.stringify(rig.requests[1]?.messages)).toContain('Nobody approved this call in time');
  });

  it('for a person and is cancelled tells of no denial', async () => {
    const rig = asking();
    const run = await rig.submit();
    await rig.invoke(run);
    await rig.inbox.cancel(run, { keyId: 'key', at: 0 });
    rig.executionOf(run).wake('decide-1-1');
    expect(await rig.invoke(run)).toBe('over');
    const { status, steps } = await rig.rowOf(run);
    expect(status).toBe('cancelled');
    expect(steps.find(({ kind }) => kind === 'tool')?.error?.code).toBe('cancelled');
  });

  it('for room in its budget ends incomplete, or with the limit’s error, when there was none in time', async () => {
    for (const [script, status] of [
      [[answer([use('look')]), failing('run-cost')], 'incomplete'],
      [[failing('run-cost')], 'incomplete'],
    ] as const) {
      const look = defineTool({ name: 'look', description: '', input: z.object({}), run: () => 'seen' });
      const rig = createRunRig(engine(), script, { tools: [look] });
      const run = await rig.submit({ onLimit: 'pause', maxCostUsd: '1' });
      expect(await rig.invoke(run)).toBe('suspended');
      expect((await rig.rowOf(run)).status).toBe('awaiting_budget');
      await rig.clock.advance(WAIT_MS + 1);
      rig.executionOf(run).wake(`room-${script.length}-1`);
      expect(await rig.invoke(run)).toBe('over');
      expect((await rig.rowOf(run)).status).toBe(status);
    }
  });

  it('for a person asks as it asked first, whatever the tool would take by now', async () => {
    const rig = asking();
    const run = await rig.submit();
    expect(await rig.invoke(run, { before: 'ask-1' })).toBe('killed');
    changing.takes = () => false;
    try {
      expect(await rig.invoke(run)).toBe('suspended');
      expect((await rig.inbox.read(run))?.approvals).toMatchObject([{ tool: 'pay' }]);
    } finally {
      changing.takes = () => true;
    }
  });

  it('is cancelled at its last moment, between its last answer and its end, or not at all', async () => {
    const rig = createRunRig(engine(), [DONE]);
    const run = await rig.submit();
    await rig.invoke(run, { before: 'close-1' });
    expect(await rig.inbox.cancel(run, { keyId: 'key', at: 0 })).not.toBe('closed');
    expect(await rig.invoke(run)).toBe('over');
    expect(await rig.rowOf(run)).toMatchObject({
      status: 'cancelled',
      body: { usage: { modelCalls: 1, costUsd: formatUsd(CALL_COST) } },
    });
    const late = await rig.submit();
    await rig.invoke(late, { after: 'close-1' });
    expect(await rig.inbox.cancel(late, { keyId: 'key', at: 0 })).toBe('closed');
    await rig.invoke(late);
    expect((await rig.rowOf(late)).status).toBe('succeeded');
  });
});

describeOnDynamoDb('the runs of a tenant', (engine) => {
  describe.each([1, 2, 3])('that may have %i at once', (limit) => {
    it('are started in the order of their submission, each as one of them ends', async () => {
      const rig = createRunRig(engine(), [DONE], { settings: { maxConcurrentRuns: limit } });
      const runs = [];
      for (let n = 1; n <= 7; n += 1) {
        runs.push(await rig.submit());
        await rig.clock.advance(1);
      }
      const order = runs.map(({ runId }) => runId);
      expect(rig.started).toEqual(order.slice(0, limit));
      for (const [n, run] of runs.entries()) {
        expect(await rig.invoke(run)).toBe('over');
        expect(rig.started).toEqual(order.slice(0, limit + n + 1));
      }
    });
  });

  it('are refused at a limit of 0, and leave nothing', async () => {
    const rig = createRunRig(engine(), [DONE], { settings: { maxConcurrentRuns: 0 } });
    await expect(rig.submit()).rejects.toMatchObject({ code: 'forbidden' });
    expect([rig.started, await rig.active.list(rig.tenantId)]).toEqual([[], []]);
  });

  it.each(['whoever looks after them', 'the end of another'])(
    'that wait are started at a limit that was lowered to 0 by %s, and are refused',
    async (who) => {
      const rig = createRunRig(engine(), [DONE], { settings: { maxConcurrentRuns: 1 } });
      const [first, waiting] = [await rig.submit(), await rig.submit()];
      rig.set({ maxConcurrentRuns: 0 });
      if (who === 'the end of another') expect(await rig.invoke(first)).toBe('over');
      else await rig.startRuns.startRun(await rig.rowOf(waiting), rig.tenant);
      expect(rig.started).toEqual([first.runId, waiting.runId]);
      expect(await rig.invoke(waiting)).toBe('over');
      expect(await rig.rowOf(waiting)).toMatchObject({ status: 'failed', body: { error: { code: 'forbidden' } } });
      expect(rig.requests).toHaveLength(0);
    },
  );

  it('hold up nobody else’s, however many wait', async () => {
    const script = [DONE];
    const busy = createRunRig(engine(), script, { settings: { maxConcurrentRuns: 1 } });
    for (let n = 0; n < 20; n += 1) await busy.submit();
    const other = createRunRig(engine(), script, { settings: { maxConcurrentRuns: 1 } });
    const run = await other.submit();
    expect([busy.started.length, other.started]).toEqual([1, [run.runId]]);
    expect(await other.invoke(run)).toBe('over');
    expect(busy.started).toHaveLength(1);
  });
});
