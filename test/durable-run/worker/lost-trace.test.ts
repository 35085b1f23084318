import { defineTool, z } from 'ballast';
import { expect, it } from 'vitest';
import { tenantAccount } from '../../../lib/budget/account.ts';
import { knownOfLost } from '../../../lib/durable-run/lost/known-of-lost.ts';
import { formatUsd, pico, plus } from '../../../lib/kernel/money.ts';
import type { RunUsage } from '../../../lib/run/answer.ts';
import type { RunKey } from '../../../lib/runs/run-key.ts';
import type { TraceStep } from '../../../lib/runs/types.ts';
import { answer, text, use } from '../../agent/run-parts.ts';
import { describeOnDynamoDb } from '../../dynamodb.ts';
import { CALL_COST, createRunRig } from './run-rig.ts';

const NAMED = { description: '', input: z.object({ to: z.string() }) };
const look = defineTool({ ...NAMED, name: 'look', run: () => 'seen' });
const fail = defineTool({ ...NAMED, name: 'fail', run: () => Promise.reject(new Error('no')) });
const pay = defineTool({ ...NAMED, name: 'pay', requiresApproval: true, run: () => 'paid' });

const SCRIPT = [
  answer([use('look', { to: 'canary' }), use('fail', { to: 'canary' })]),
  answer([
    use('pay', { to: 'canary' }, 'toolu_approved'),
    use('pay', { to: 'canary' }, 'toolu_edited'),
    use('pay', { to: 'canary' }, 'toolu_denied'),
  ]),
  answer([text('canary')]),
];

/** What a trace says but for times and the details of attempts. */
const factsOf = (steps: readonly TraceStep[]) =>
  steps.map(({ startedAt: _startedAt, durationMs: _durationMs, attemptDetails: _details, error, ...facts }) => ({
    ...facts,
    hasFailed: error !== undefined,
  }));

describeOnDynamoDb('the trace of a run that was ended in its worker’s place', (engine) => {
  /** A run that waits for three decisions, has got them, and has a message to read. */
  const decided = async () => {
    const rig = createRunRig(engine(), SCRIPT, { tools: [look, fail, pay] });
    const run = await rig.submit({ task: 'canary' });
    expect(await rig.invoke(run)).toBe('suspended');
    await rig.clock.advance(60_000);
    const by = { by: 'key', at: rig.clock.now() };
    await rig.inbox.decide(run, 'toolu_approved', { decision: 'approve', ...by });
    await rig.inbox.decide(run, 'toolu_edited', { decision: 'edit', input: { to: 'canary' }, ...by });
    await rig.inbox.decide(run, 'toolu_denied', { decision: 'deny', reason: 'canary', ...by });
    const message = { messageId: 'msg_1', content: 'canary', interrupt: true, sentAt: rig.clock.now() - 5_000 };
    await rig.inbox.post(run, message);
    rig.executionOf(run).wake('decide-2-1');
    return { rig, run };
  };
  type Rig = Awaited<ReturnType<typeof decided>>['rig'];
  const known = (rig: Rig, run: RunKey) => knownOfLost(rig.ending, run, 0);

  it('says what the worker would have said, where the run has come to its end', async () => {
    const { rig, run } = await decided();
    expect(await rig.invoke(run)).toBe('over');
    const { steps, body } = await rig.rowOf(run);
    const lost = await known(rig, run);
    expect(factsOf(lost.steps)).toEqual(factsOf(steps));
    const { costUsd, ...totals } = body['usage'] as RunUsage;
    expect(lost.totals).toEqual(totals);
    expect(formatUsd(lost.cost)).toBe(costUsd);
  });

  it('has each step that was made, and of what was under way that it was, without content', async () => {
    const { rig, run } = await decided();
    expect(await rig.invoke(run, { after: 'tool-2-toolu_approved' })).toBe('killed');
    await rig.fail(run, 'failed');
    const { steps, body } = await rig.rowOf(run);
    expect(factsOf(steps)).toMatchObject([
      { kind: 'model', name: 'claude-sonnet-5-5', modelCall: 1, attempts: 1, status: 'succeeded' },
      { kind: 'tool', name: 'look', status: 'succeeded' },
      { kind: 'tool', name: 'fail', status: 'failed' },
      { kind: 'model', modelCall: 2, costUsd: formatUsd(CALL_COST) },
      { kind: 'approval', toolUseId: 'toolu_approved', decision: 'approve', decidedBy: 'key' },
      { kind: 'tool', toolUseId: 'toolu_approved', status: 'failed' },
      { kind: 'approval', toolUseId: 'toolu_edited', decision: 'edit' },
      { kind: 'tool', toolUseId: 'toolu_edited', status: 'failed' },
      { kind: 'approval', toolUseId: 'toolu_denied', decision: 'deny', status: 'failed' },
      { kind: 'tool', toolUseId: 'toolu_denied', status: 'failed' },
    ]);
    const codes = steps.map(({ error }) => error?.code);
    expect(codes.slice(-6)).toEqual([undefined, 'interrupted', undefined, 'interrupted', 'denied', 'denied']);
    expect(steps[4]?.durationMs).toBe(60_000);
    expect(JSON.stringify({ steps, body })).not.toContain('canary');
  });

  it('says what a call that was under way may have cost', async () => {
    const { rig, run } = await decided();
    expect(await rig.invoke(run, { after: 'model-3' })).toBe('killed');
    const amount = pico(7_000_000n);
    await rig.budgetStore.reserve(tenantAccount(rig.tenantId), {
      attemptId: `${run.runId}:3.1.2:1`,
      tenantId: rig.tenantId,
      at: rig.clock.now() + 1,
      amount,
      keyId: 'key',
      userHash: null,
      agent: 'assistant',
      model: 'claude-opus-5-5',
      alsoHeldBy: [],
    });
    await rig.fail(run, 'timed_out');
    const last = (await rig.rowOf(run)).steps.filter(({ modelCall, kind }) => kind === 'model' && modelCall === 3);
    const costUsd = formatUsd(plus(CALL_COST, amount));
    expect(last).toMatchObject([{ attempts: 2, lostUsd: formatUsd(amount), costUsd, name: 'claude-opus-5-5' }]);
  });

  it('has its steps where its agent is gone, and counts them', async () => {
    const { rig, run } = await decided();
    rig.removeAgent();
    expect(await rig.invoke(run)).toBe('over');
    const { body, steps } = await rig.rowOf(run);
    expect(body).toMatchObject({ error: { code: 'run-conflict', usage: { modelCalls: 2, toolCalls: 2 } } });
    const kinds = ['model', 'tool', 'tool', 'model', 'approval', 'approval', 'approval'];
    expect(steps.map(({ kind }) => kind)).toEqual(kinds);
  });
});
