import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRoutes } from '../../local/routes.ts';
import { ROOT } from '../made-once.ts';
import { reply, toolCalls } from '../upstream/answers.ts';
import { addTenant } from './scenarios/administer.ts';
import { runsOf } from './scenarios/long-runs.ts';
import type { Stage } from './stage.ts';

/** Every path that names a run or a session. */
const paths = (): string[] =>
  readRoutes(readFileSync(join(ROOT, 'serverless.yml'), 'utf8'))
    .map(({ template }) => template)
    .filter((template) => /\{(?:runId|sessionId)\}/.test(template));

const BODIES: readonly object[] = [{}, { content: 'Hello.' }, { decision: 'approve' }, { maxCostUsd: '1' }];

/**
 * What a tenant with every scope reaches of another one's, who names its runs, its session and its keys wherever there is room
 * for a name: keys of the runs table that were asked for and are the other's, and answers that tell of something.
 */
export const rowsOfOthers = async (stage: Stage): Promise<{ readonly foreign: string[]; readonly found: string[] }> => {
  const { ask, aws, upstream } = stage;
  const [owner, stranger] = [await addTenant(stage, 'owner'), await addTenant(stage, 'stranger')];
  const { submit, until, toolUseOf } = runsOf(stage, owner);
  upstream.script('*', [toolCalls([{ name: 'issue_refund', input: { orderId: '1', amountUsd: '1' } }]), reply('ok')]);
  const own = { agent: 'clerk', task: 'Refund.', sessionId: 'shared' };
  const runId = await submit(own, '2', { 'idempotency-key': 'same' });
  await until(runId, 'awaiting_approval');
  const toolUseId = await toolUseOf(runId);

  const before = aws.requests.length;
  const found: string[] = [];
  for (const path of paths())
    for (const named of [runId, encodeURIComponent(`owner/${runId}`), encodeURIComponent(`../owner/${runId}`)])
      for (const [method, body] of [['GET'], ['DELETE'], ...BODIES.map((each) => ['POST', each] as const)] as const) {
        const names = { runId: named, sessionId: 'shared', toolUseId };
        const target = path.replaceAll(/\{(\w+)\}/g, (_, name: keyof typeof names) => names[name]);
        const { status } = await ask(stranger.key, `${method} ${target} *`, body);
        if (status < 400) found.push(`${method} ${target}: ${status}`);
      }
  // The same key and session as the owner's are others.
  upstream.script('*', [reply('ok')]);
  const theirs = runsOf(stage, stranger);
  const other = await theirs.submit({ ...own, agent: 'assistant' }, '2', { 'idempotency-key': 'same' });
  if (other === runId) found.push('the run of the same key');
  await theirs.until(other);
  await ask(stranger.key, 'GET /agent/runs');
  await ask(stranger.key, 'GET /sessions');
  const foreign = aws.requests
    .slice(before)
    .filter(({ resource }) => resource.startsWith('RunsTable'))
    .filter(({ leadingKeys }) => /(?:^|#)owner(?:\/|$)/.test(String(leadingKeys)))
    .map(({ by, action, leadingKeys }) => `${by}: ${action} ${String(leadingKeys)}`);
  return { foreign, found };
};
