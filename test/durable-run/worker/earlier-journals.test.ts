import { defineAgent, defineTool, z } from 'ballast';
import { expect, it } from 'vitest';
import { fingerprintOf } from '../../../lib/durable-run/submission.ts';
import { formatUsd, parseUsd, plus } from '../../../lib/kernel/money.ts';
import type { RunKey } from '../../../lib/runs/run-key.ts';
import { answer, text, use } from '../../agent/run-parts.ts';
import { describeOnDynamoDb } from '../../dynamodb.ts';
import { CALL_COST, createRunRig } from './run-rig.ts';

/*
 * Journals as the first versions wrote them, before a step kept its attempts, a wait its end and a snapshot its tools: a
 * server that is stopped while runs wait goes on with them in its next version.
 */

let refunds = 0;
const refund = defineTool({
  name: 'refund',
  description: 'Pays back.',
  input: z.object({}),
  sideEffects: true,
  requiresApproval: true,
  run: () => `refund ${(refunds += 1)}`,
});

const NO_TOKENS = { inputTokens: 0, outputTokens: 0, cacheReadInputTokens: 0, cacheCreationInputTokens: 0 };
const CALL = { received: [], startedAt: 1_795_985_195_831, durationMs: 484, tokens: NO_TOKENS };
const USED = answer([use('refund')]);
const ANSWERED = {
  ...CALL,
  costUsd: '0.001152',
  attempts: 1,
  ok: true,
  message: USED.ok ? USED.message : null,
  degraded: null,
};
const REFUSED = {
  ...CALL,
  costUsd: '0',
  attempts: 0,
  ok: false,
  fault: 'run-cost',
  interrupted: false,
  partial: '',
  code: 'budget-exceeded',
  detail: "What is left of the run's own limit does not cover another model call.",
  options: { issues: [], figures: { limit: '0.0001', used: '0', reserved: '0', asked: '0.0119515' }, headers: {} },
};

describeOnDynamoDb('a run that an earlier version of the code has begun', (engine) => {
  const begun = async (request: object, steps: Readonly<Record<string, unknown>>) => {
    const rig = createRunRig(engine(), [answer([text('Done.')])], { tools: [refund] });
    const run = await rig.submit(request);
    const agent = rig.parts.catalog.lookUp('assistant');
    const snapshot = {
      fingerprint: agent === null ? '' : await fingerprintOf(agent),
      model: 'claude-sonnet-5-5',
      standIns: [],
      maxModelCalls: 10,
      startedAt: rig.clock.now(),
    };
    const { journal } = rig.executionOf(run);
    for (const [name, result] of Object.entries({ snapshot, ...steps }))
      journal.set(name, { data: `i${JSON.stringify(result)}` });
    return { rig, run };
  };
  const ended = async ({ rig, run }: { rig: ReturnType<typeof createRunRig>; run: RunKey }) => {
    expect(await rig.invoke(run)).toBe('over');
    const { status, body, steps } = await rig.rowOf(run);
    return {
      status,
      output: body['output'],
      usage: body['usage'],
      steps: steps.map(({ kind, durationMs }) => [kind, durationMs]),
    };
  };

  it('and that waits for a person goes on when somebody has decided, and pays nothing twice', async () => {
    const started = await begun(
      {},
      { 'model-1': ANSWERED, 'approvals-1': ['toolu_refund'], 'ask-1': 1_795_985_196_445, 'decide-1-1-ask': null },
    );
    const { rig, run } = started;
    const now = rig.clock.now();
    const request = { toolUseId: 'toolu_refund', tool: 'refund', input: {}, requestedAt: now, expiresAt: now + 1_000 };
    await rig.inbox.ask(run, request);
    expect(await rig.inbox.decide(run, 'toolu_refund', { decision: 'approve', by: 'key', at: now })).toBe('taken');
    rig.executionOf(run).wake('decide-1-1');
    const before = refunds;
    const costUsd = formatUsd(plus(parseUsd(ANSWERED.costUsd), CALL_COST));
    expect(await ended(started)).toMatchObject({
      status: 'succeeded',
      output: 'Done.',
      usage: { modelCalls: 2, toolCalls: 1, costUsd },
      steps: [
        ['model', CALL.durationMs],
        ['approval', 0],
        ['tool', 0],
        ['model', 0],
      ],
    });
    expect([rig.requests.length, refunds - before]).toEqual([1, 1]);
  });

  it('and that waited for money goes on with the call that was refused', async () => {
    const started = await begun(
      { maxCostUsd: '5', onLimit: 'pause' },
      {
        'model-1': REFUSED,
        'room-1-1-since': { since: 1_795_985_196_314, raises: 0 },
        'room-1-1-ask': null,
        'room-1-1-over': true,
      },
    );
    started.rig.executionOf(started.run).wake('room-1-1');
    expect(await ended(started)).toMatchObject({
      status: 'succeeded',
      usage: { modelCalls: 1, costUsd: formatUsd(CALL_COST) },
      steps: [
        ['model', CALL.durationMs],
        ['wait', 0],
        ['model', 0],
      ],
    });
  });
});

it('an agent that has nothing of what later versions added is known by what it was always known by', async () => {
  const agent = defineAgent({
    name: 'known',
    description: 'for tests',
    system: 'You are a test.',
    models: { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' },
    tools: [refund],
  });
  expect(await fingerprintOf(agent)).toBe('4dQx-DjtWvFlC108NZBkLoCSn9MmNLOvq1QcCFXsjBc');
});
