import { expect } from 'vitest';
import type { StatusChangeEvent } from '../../../local/executions/status-change.ts';
import { reply, toolCalls } from '../../upstream/answers.ts';
import type { Stage } from '../stage.ts';
import { addTenant } from './administer.ts';
import { runsOf } from './long-runs.ts';

const REFUND = toolCalls([{ name: 'issue_refund', input: { orderId: '1', amountUsd: '1.00' } }]);

/** Runs whose execution was stopped, or never started, and what is left to be done about them. */
export const lostRuns = async (stage: Stage): Promise<void> => {
  const { ask, aws, upstream, send, advance, statusChanges, executions, kept } = stage;
  const tenant = await addTenant(stage, 'lost', { maxConcurrentRuns: 1 });
  const { tenantId, key } = tenant;
  const { submit, until, toolUseOf } = runsOf(stage, tenant);
  upstream.script('*', [REFUND]);
  const arnOf = (runId: string): string =>
    aws.requests
      .filter(({ action }) => action === 'lambda:CheckpointDurableExecution')
      .map(({ resource }) => resource.replace('ballast-dev-', 'ballast-local-'))
      .findLast((resource) => resource.includes(runId)) ?? '';

  const ended = async (runId: string) => {
    const isOf = ({ detail }: StatusChangeEvent) => detail.durableExecutionName === runId;
    await expect.poll(() => statusChanges.some(isOf), { interval: 20 }).toBe(true);
    for (const event of statusChanges.filter(isOf)) await send('project-run-status', event);
  };

  const refund = { agent: 'clerk', task: 'Refund.', sessionId: 'a', webhookUrl: 'https://hooks.invalid/x' };
  const stopped = await submit(refund);
  await until(stopped, 'awaiting_approval');
  const next = [await submit(refund), await submit({ ...refund, sessionId: 'b' })];
  executions.stop(arnOf(stopped), undefined);
  await ended(stopped);
  const [second = ''] = next;
  await until(second, 'awaiting_approval');

  // Decided, and nobody could wake it.
  aws.before(({ action }) => action === 'lambda:SendDurableExecutionCallbackSuccess');
  const decided = `POST /agent/runs/${second}/approvals/${await toolUseOf(second)} *`;
  await ask(key, decided, { decision: 'deny' });
  // Submitted, and nobody could start it.
  aws.before(({ action }) => action === 'lambda:InvokeFunction');
  await submit({ ...refund, sessionId: 'c' }, '*');
  aws.before(() => false);
  upstream.script('*', [reply('done')]);
  advance(60_000);
  await send('sweep-runs');
  await until(second);

  // Stopped, and nobody could start the one that waits for its slot.
  upstream.script('*', [REFUND]);
  const [third, fourth] = [await submit({ ...refund, sessionId: 'd' }), await submit({ ...refund, sessionId: 'd' })];
  await until(third, 'awaiting_approval');
  executions.stop(arnOf(third), undefined);
  aws.before(({ by, action }) => by === 'project-run-status' && action === 'lambda:InvokeFunction');
  await ended(third).catch(() => undefined);
  aws.before(() => false);
  advance(60_000);
  await send('sweep-runs');
  await until(fourth, 'awaiting_approval');

  // Ended, and its worker killed before it could say so.
  await kept.active.add({ tenantId, runId: stopped });
  await send('sweep-runs');
};

/** Runs that nobody works on any more, and those that wait for room in a budget. */
export const stuckRuns = async (stage: Stage): Promise<void> => {
  const { ask, adminKey, aws, upstream, send, advance, kept } = stage;
  const tenant = await addTenant(stage, 'stuck', { maxConcurrentRuns: 1 });
  const { tenantId } = tenant;
  const { submit, until } = runsOf(stage, tenant);
  upstream.script('*', [reply('done')]);
  const unstarted = async (sessionId: string): Promise<string> => {
    aws.before(({ action }) => action === 'lambda:InvokeFunction');
    await submit({ task: 'Hello.', sessionId }, '*');
    aws.before(() => false);
    const { runs = [] } = (await ask(tenant.key, 'GET /agent/runs')).body as { runs?: { runId: string }[] };
    return String(runs[0]?.runId);
  };

  // Its start fails with a slot in hand, and is made up for.
  const first = await unstarted('a');
  advance(60_000);
  aws.before(({ action }) => action === 'lambda:InvokeFunction');
  await send('sweep-runs');
  aws.before(() => false);
  await send('sweep-runs');
  await until(first);

  // Its inbox was closed by who died before its end was written.
  const second = await unstarted('b');
  await kept.inbox.forceClose({ tenantId, runId: second });
  // Put among those that have ended, and submitted again.
  await kept.erasures.add({ tenantId, runId: second, dueAt: 0 });
  await send('sweep-runs');
  advance(3_600_000);
  await send('sweep-runs');
  await until(second, 'failed');

  const poor = await addTenant(stage, 'pausing', { dailyBudgetUsd: '0.000001' });
  const pausing = runsOf(stage, poor);
  const waiting = await pausing.submit({ task: 'Dear.', onLimit: 'pause' });
  await pausing.until(waiting, 'awaiting_budget');
  await ask(adminKey, 'PATCH /admin/tenants/pausing', { dailyBudgetUsd: '50' });
  advance(3_600_000);
  await send('sweep-runs');
  await pausing.until(waiting);
};
