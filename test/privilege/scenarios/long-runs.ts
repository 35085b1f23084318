import { expect } from 'vitest';
import { reply, status, toolCalls } from '../../upstream/answers.ts';
import type { Aside, Stage } from '../stage.ts';
import { addTenant, type Tenant } from './administer.ts';
import { whileLedgerFails } from './failing-ledger.ts';

const REFUND = toolCalls([{ name: 'issue_refund', input: { orderId: '1'.repeat(2_000), amountUsd: '1.00' } }]);
const CALCULATE = toolCalls([{ name: 'calculate', input: { expression: '6*7' } }]);
type Headers = Readonly<Record<string, string>>;

/** What one tenant does with asynchronous runs. */
export const runsOf = ({ ask, stores }: Stage, { key, tenantId }: Tenant) => ({
  submit: async (body: object, wanted = '2', ...more: [headers?: Headers, how?: Aside]): Promise<string> =>
    String((await ask(key, `POST /agent/runs ${wanted}`, body, ...more)).body['runId']),
  /** Resolves when the run has that status, as its row says. */
  until: async (runId: string, wanted = 'succeeded'): Promise<void> => {
    const read = async () => (await stores.runs.find(tenantId, runId))?.status;
    await expect.poll(read, { interval: 20 }).toBe(wanted);
  },
  toolUseOf: async (runId: string): Promise<string> => {
    const { approvals = [] } = (await ask(key, `GET /agent/runs/${runId}?include=usage`)).body as {
      approvals?: { toolUseId: string }[];
    };
    return String(approvals[0]?.toolUseId);
  },
});

/** Asynchronous runs, from their submission to their end. */
export const longRuns = async (stage: Stage): Promise<void> => {
  const { ask, aws, kept, upstream, send, statusChanges, advance } = stage;
  const tenant = await addTenant(stage, 'long', { maxConcurrentRuns: 2 });
  const { key, tenantId } = tenant;
  const { submit, until, toolUseOf } = runsOf(stage, tenant);
  const webhook = stage.takesWebhooks ? { webhookUrl: 'https://hooks.invalid/x' } : {};

  upstream.script('*', [CALCULATE, reply('42')]);
  const own = { task: 'What is 6 times 7?', userId: 'ada', cache: 'use', sessionId: 'own', ...webhook };
  const first = await submit(own, '2', { 'idempotency-key': 'one' });
  await submit(own, '2', { 'idempotency-key': 'one' });
  await submit({ agent: 'nobody', task: 'a' }, '400', { 'idempotency-key': 'refused' });
  await until(first);
  await until(await submit(own));
  upstream.script('*', [reply('cached')]);
  for (let asked = 0; asked < 2; asked += 1) await until(await submit({ task: 'Cached?', cache: 'use' }));
  await ask(key, 'GET /agent/runs');
  for (const part of ['', '/trace', '/deliveries', '/events']) await ask(key, `GET /agent/runs/${first}${part}`);

  // Its input as it is decided fills more than an item.
  upstream.script('*', [REFUND, reply('Refunded.')]);
  const held = await submit({ agent: 'clerk', task: 'Refund 1.', sessionId: 'desk', ...webhook });
  await until(held, 'awaiting_approval');
  const behind = await submit({ agent: 'clerk', task: 'And 2.', sessionId: 'desk' });
  const left = await submit({ agent: 'clerk', task: 'And 3.', sessionId: 'desk' });
  await ask(key, `POST /agent/runs/${left}/cancel`);
  await until(left, 'cancelled');
  await ask(key, `POST /agent/runs/${held}/messages`, { content: 'Hurry.' });
  const input = {
    orderId: Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))).toString('hex'),
    amountUsd: '1',
  };
  await ask(key, `POST /agent/runs/${held}/approvals/${await toolUseOf(held)}`, { decision: 'edit', input });
  await until(held);
  await until(behind);

  upstream.script('*', [REFUND]);
  const open: string[] = [];
  for (const sessionId of ['a', 'b', 'c'])
    open.push(await submit({ agent: 'clerk', task: 'Refund.', sessionId, ...webhook }));
  await until(String(open[0]), 'awaiting_approval');
  await ask(key, `POST /agent/runs/${String(open[0])}/resume 409`);
  await ask(stage.adminKey, `POST /admin/tenants/${tenantId}/runs/cancel`);
  for (const runId of open) await until(runId, 'cancelled');

  upstream.script('*', [status(429, { headers: { 'retry-after': '60' } }), reply('by the other key')]);
  await until(await submit({ task: 'Limited.' }));
  advance(600_000);
  upstream.script('*', [reply('parked')]);
  await whileLedgerFails(stage, 'execute-run', 'until parked', async () => until(await submit({ task: 'Parked.' })));

  upstream.script('*', [status(500)]);
  for (const task of ['a', 'b']) await submit({ task });
  await ask(key, 'GET /sessions');
  await ask(key, 'GET /sessions/own?userId=ada');

  // Decided before it could be woken: it wakes itself.
  upstream.script('*', [REFUND, reply('Refunded.')]);
  const hasty = await submit({ agent: 'clerk', task: 'Refund 4.' });
  let isDecided = false;
  aws.before(async ({ by, action, leadingKeys }) => {
    if (isDecided || by !== 'execute-run' || action !== 'dynamodb:UpdateItem' || !leadingKeys?.[0]?.endsWith(hasty))
      return false;
    const [asked] = (await kept.inbox.read({ tenantId, runId: hasty }))?.approvals ?? [];
    if (asked === undefined) return false;
    isDecided = true;
    const line = `POST /agent/runs/${hasty}/approvals/${asked.toolUseId}`;
    await ask(key, line, { decision: 'approve' }, {}, { aside: true });
    return false;
  });
  await until(hasty);
  aws.before(() => false);

  const poorest = runsOf(stage, await addTenant(stage, 'poorest', { dailyBudgetUsd: '0.000001' }));
  await poorest.until(await poorest.submit({ task: 'Too dear.' }), 'failed');
  const poor = runsOf(stage, await addTenant(stage, 'poor-long', { dailyBudgetUsd: '0.5' }));
  upstream.script('*', [reply('dear', { usage: { input: 1_000_000 } })]);
  await poor.until(await poor.submit({ task: 'Dear.' }));
  await poor.until(await poor.submit({ task: 'Too dear.' }), 'failed');

  for (const event of statusChanges.splice(0)) await send('deliver-webhooks', event);
  // Nobody is to be told in Slack any more.
  const before = stage.values.get('AlertsSecret') ?? '';
  stage.values.set('AlertsSecret', '{}');
  stage.anew('deliver-webhooks');
  upstream.script('*', [REFUND]);
  await until(await submit({ agent: 'clerk', task: 'Refund 5.' }), 'awaiting_approval');
  await send('deliver-webhooks');
  advance(7_200_000);
  await send('deliver-webhooks');
  stage.values.set('AlertsSecret', before);
  stage.anew('deliver-webhooks');
};
