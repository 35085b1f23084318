import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type HttpTarget, startHttpTarget } from '../http-target.ts';
import { ADMIN_KEY } from './fleet.ts';
import { startServer, type TestServer } from './start-server.ts';

const SECRETS = ['current', 'previous'].map((name) => `whsec_${Buffer.alloc(32, `canary-${name}`).toString('base64')}`);

let target: HttpTarget;
let slack: HttpTarget;
let server: TestServer;
let closed: TestServer;
/** What the tenant is shown. */
let secrets: string[];
beforeAll(async () => {
  [target, slack] = await Promise.all([startHttpTarget(), startHttpTarget()]);
  server = await startServer({
    WEBHOOK_HOSTS: 'localhost, hooks.example.com',
    BALLAST_WEBHOOK_SECRET: JSON.stringify({ current: SECRETS[0], previous: SECRETS[1] }),
    BALLAST_SLACK_WEBHOOK_URL: `${slack.url}/services/canary-slack`,
  });
  closed = await startServer();
  const { body } = await call('GET', '/admin/tenants/demo/webhook-secret', undefined, ADMIN_KEY);
  secrets = [String(body['secret']), String(body['previousSecret'])];
  for (const secret of secrets) expect(SECRETS).not.toContain(secret);
});
afterAll(async () => {
  await Promise.all([server, closed].map((each) => each[Symbol.asyncDispose]()));
  await Promise.all([target, slack].map((each) => each.close()));
});

type Json = Record<string, unknown>;

const call = async (method: string, path: string, body?: object, key = 'ballast-dev-key', at = server) => {
  const response = await at.ask(path, {
    method,
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Json };
};
const hook = (name: string) => `${target.url.replace('127.0.0.1', 'localhost')}/${name}?token=canary-token`;
const submit = async (body: object): Promise<string> => {
  const { status, body: answer } = await call('POST', '/agent/runs', body);
  expect([status, answer]).toMatchObject([202, { status: 'queued' }]);
  return String(answer['runId']);
};
const postsTo = (name: string) => target.seen.filter(({ path }) => path.startsWith(`/${name}?`));
/** All that a path got, once it is so many; verified by either secret. */
const received = async (name: string, count: number): Promise<Json[]> => {
  await expect.poll(() => postsTo(name).length, { interval: 100 }).toBeGreaterThanOrEqual(count);
  return postsTo(name).map(({ body, headers }) => {
    const [first, second] = secrets.map((secret) =>
      new Webhook(secret).verify(body, headers as Record<string, string>),
    );
    expect(first).toEqual(second);
    return first as Json;
  });
};
const deliveriesOf = async (runId: string) =>
  (await call('GET', `/agent/runs/${runId}/deliveries`)).body['deliveries'] as Json[];

it('a run’s end reaches the URL of its request, with what GET answers, signed by both secrets', async () => {
  const runId = await submit({ task: 'What is 17 * 23?', metadata: { ticket: '7' }, webhookUrl: hook('end') });
  const [message, ...more] = await received('end', 1);
  expect(more).toEqual([]);
  expect(message).toMatchObject({ type: 'run.succeeded', data: { runId, status: 'succeeded' } });
  // Whose the run is stays here.
  const { userId, ...shown } = (await call('GET', `/agent/runs/${runId}`)).body as Record<string, unknown>;
  expect([userId, message?.['data']]).toEqual([null, shown]);
  await expect
    .poll(() => deliveriesOf(runId), { interval: 100 })
    .toMatchObject([
      {
        id: postsTo('end')[0]?.headers['webhook-id'],
        type: 'run.succeeded',
        url: `${new URL(hook('end')).host}/end`,
        status: 'delivered',
        attempts: [{ status: 200 }],
        nextAt: null,
      },
    ]);
  expect((await call('GET', `/agent/runs/${runId}/deliveries`, undefined, ADMIN_KEY)).status).toBe(404);
});

it('a run that fails or is cancelled says so', async () => {
  await submit({ task: '[[fault:400]]', webhookUrl: hook('failed') });
  expect(await received('failed', 1)).toMatchObject([{ type: 'run.failed', data: { status: 'failed' } }]);
  const cancelled = await submit({ task: '[[delay:100000]] Hang.', webhookUrl: hook('cancelled') });
  await call('POST', `/agent/runs/${cancelled}/cancel`);
  expect(await received('cancelled', 1)).toMatchObject([{ type: 'run.cancelled', data: { runId: cancelled } }]);
});

it('a tool call that waits reaches the tenant’s URL and Slack, which is not shown its input', async () => {
  const settings = { webhookUrl: hook('tenant') };
  expect((await call('PATCH', '/admin/tenants/demo', settings, ADMIN_KEY)).status).toBe(200);
  const runId = await submit({
    agent: 'clerk',
    task: '[[tool:issue_refund {"orderId": "canary-order", "amountUsd": "12.00"}]]',
  });
  const [asked] = await received('tenant', 1);
  const { toolUseId, answerPath } = asked?.['data'] as { toolUseId: string; answerPath: string };
  expect(asked).toMatchObject({
    type: 'approval.requested',
    data: { runId, tool: 'issue_refund', input: { orderId: 'canary-order', amountUsd: '12.00' } },
  });
  expect(answerPath).toBe(`/agent/runs/${runId}/approvals/${toolUseId}`);
  await expect.poll(() => slack.seen.length, { interval: 100 }).toBe(1);
  const { text } = JSON.parse(slack.seen[0]?.body ?? '') as { text: string };
  for (const part of ['issue_refund', runId, answerPath]) expect(text).toContain(part);
  expect(slack.seen[0]?.body).not.toContain('canary');
  expect((await call('POST', answerPath, { decision: 'deny' })).status).toBe(204);
  const both = await received('tenant', 2);
  expect(both.map(({ type }) => type)).toEqual(['approval.requested', 'run.succeeded']);
  await call('PATCH', '/admin/tenants/demo', { webhookUrl: null }, ADMIN_KEY);
});

it.each([
  ['of another host', 'https://evil.example.com/x', /WEBHOOK_HOSTS/],
  ['of the metadata', 'https://169.254.169.254/latest', /WEBHOOK_HOSTS/],
  ['with credentials', 'https://me:canary@hooks.example.com/', /without credentials/],
  ['in the clear', 'http://hooks.example.com/', /https/],
])('a URL %s is refused, of a request as of a tenant', async (_title, webhookUrl, why) => {
  const refused = {
    status: 400,
    body: { errors: [{ path: 'webhookUrl', message: expect.stringMatching(why) as string }] },
  };
  expect(await call('POST', '/agent/runs', { task: 'x', webhookUrl })).toMatchObject(refused);
  expect(await call('PATCH', '/admin/tenants/demo', { webhookUrl }, ADMIN_KEY)).toMatchObject(refused);
  expect((await call('PUT', '/admin/tenants/demo-2', { webhookUrl }, ADMIN_KEY)).status).toBe(400);
});

it('no URL is taken where the setting is not set, and the answer names it', async () => {
  const webhookUrl = 'https://hooks.example.com/x';
  const refused = {
    status: 400,
    body: { errors: [{ path: 'webhookUrl', message: expect.stringMatching(/WEBHOOK_HOSTS/) as string }] },
  };
  expect(await call('POST', '/agent/runs', { task: 'x', webhookUrl }, undefined, closed)).toMatchObject(refused);
  expect(await call('PATCH', '/admin/tenants/demo', { webhookUrl }, ADMIN_KEY, closed)).toMatchObject(refused);
});

it('the log shows no secret, no query and no input', async () => {
  await expect.poll(() => server.printed()).toContain('webhook attempted');
  expect(server.printed()).not.toMatch(/canary|whsec_|token=/);
});
