import { expect } from 'vitest';
import { startHttpTarget } from '../../http-target.ts';
import { findOperation } from '../../openapi/find-operation.ts';
import { ADMIN_KEY } from '../fleet.ts';
import { startServer } from '../start-server.ts';
import { plainExample } from './plain-example.ts';

type Json = Readonly<Record<string, unknown>>;

/** By the id of the operation, the status and the type. */
export type Examples = Record<string, Record<string, Record<string, unknown>>>;

interface Asking {
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const TASK = { task: 'What is 17 * 23?' };
const MESSAGE = { model: 'claude-sonnet-5-5', messages: [{ role: 'user', content: 'What is 17 * 23?' }] };
const AS_EVENTS = { accept: 'text/event-stream' };
const AS_CSV = { accept: 'text/csv' };

/** The whole description would hold itself. */
const excerpt = ({ openapi, info, servers }: Json): Json => ({ openapi, info, servers });

/** What `/health` says where the provider rejects the only key. */
const unhealthy = async (): Promise<unknown> => {
  const provider = await startHttpTarget();
  provider.script({ status: 401 });
  await using server = await startServer({ ANTHROPIC_API_KEY: 'sk-ant-rejected', ANTHROPIC_BASE_URL: provider.url });
  const read = async () => (await (await server.ask('/health')).json()) as { status: string; checks: Json };
  await expect.poll(async () => (await read()).checks, { interval: 50 }).toHaveProperty('rests');
  await expect.poll(async () => (await read()).status, { interval: 50 }).toBe('unhealthy');
  const answer = await read();
  await provider.close();
  return answer;
};

/** Asks a server of `npm start`, with the simulated Claude, for each answer that is no refusal, of each operation. The first of a form counts. */
export const realAnswers = async (): Promise<Examples> => {
  const target = await startHttpTarget();
  await using server = await startServer({
    WEBHOOK_HOSTS: 'localhost',
    BALLAST_SLACK_WEBHOOK_URL: `${target.url}/services/team`,
  });
  const found: Examples = {};
  const ask = async (call: string, { body, headers = {} }: Asking = {}): Promise<Json> => {
    const [method = '', path = ''] = call.split(' ');
    const key = path.startsWith('/admin/') ? ADMIN_KEY : 'ballast-dev-key';
    const response = await server.ask(path, {
      method,
      headers: { 'x-api-key': key, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const operation = findOperation(method, new URL(path, server.url).pathname);
    if (!response.ok || operation === null) throw new Error(`${call} answered ${response.status}: ${text}`);
    const { operationId } = operation;
    const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
    const read = type.endsWith('json') ? (JSON.parse(text) as Json) : text;
    const example = plainExample(operationId === 'getOpenApi' ? excerpt(read as Json) : read);
    if (text !== '') ((found[operationId] ??= {})[response.status] ??= {})[type] ??= example;
    return typeof read === 'string' ? {} : read;
  };
  /** Waits until the answer to `GET` contains that. */
  const until = async (path: string, part: string): Promise<void> =>
    expect.poll(async () => (await server.ask(path)).text(), { interval: 50 }).toContain(part);
  const idOf = async (answer: Promise<Json>): Promise<string> => String((await answer)['runId']);

  for (const check of ['alerts', 'claude', 'keys', 'rests']) await until('/health', `"${check}"`);
  for (const path of ['/', '/openapi.json', '/health', '/health/live', '/agents', '/caller']) await ask(`GET ${path}`);

  await ask('POST /agent/run', { body: { ...TASK, sessionId: 'chat-7', userId: 'ann' } });
  await ask('POST /agent/run', { body: TASK, headers: AS_EVENTS });
  await ask('GET /sessions');
  await ask('GET /sessions/chat-7?userId=ann');
  const webhookUrl = `${target.url.replace('127.0.0.1', 'localhost')}/hooks`;
  const ended = { body: { ...TASK, webhookUrl, metadata: { ticket: '7' } }, headers: { prefer: 'wait=60' } };
  const runId = await idOf(ask('POST /agent/runs', ended));
  for (const part of ['', '/trace', '/events']) await ask(`GET /agent/runs/${runId}${part}`);
  await ask('GET /agent/runs');

  await ask('POST /v1/messages', { body: { ...MESSAGE, max_tokens: 256 } });
  await ask('POST /v1/messages', { body: { ...MESSAGE, max_tokens: 256, stream: true } });
  await ask('POST /v1/messages/count_tokens', { body: MESSAGE });
  await ask('GET /v1/models?limit=2');
  await ask('GET /v1/models/claude-sonnet-5-5');

  for (const path of ['/usage', '/admin/usage'])
    for (const headers of [{}, AS_CSV]) await ask(`GET ${path}`, { headers });
  for (const path of ['/usage/calls', '/usage/budget']) await ask(`GET ${path}`);

  await ask('PUT /admin/tenants/acme', { body: { name: 'Acme', requestsPerMinute: 60, dailyBudgetUsd: '5.00' } });
  await ask('PATCH /admin/tenants/acme', { body: { dailyBudgetUsd: '8.00' } });
  await ask('POST /admin/tenants/acme/keys', { body: { name: 'ci', scopes: ['runs:write', 'runs:read'] } });
  for (const part of ['', '/acme', '/acme/keys', '/acme/webhook-secret', '/acme/budget'])
    await ask(`GET /admin/tenants${part}`);
  await ask('POST /admin/tenants/acme/cache/invalidate');
  await ask('PUT /admin/circuits/anthropic/claude-opus-5-5', { body: { state: 'isolated', reason: 'Too slow.' } });
  for (const path of ['circuits', 'alarms', 'audit']) await ask(`GET /admin/${path}`);
  await ask('POST /admin/alarms/test');

  const paused = { body: { ...TASK, maxCostUsd: '0.000001', onLimit: 'pause' } };
  const waiting = await idOf(ask('POST /agent/runs', paused));
  await until(`/agent/runs/${waiting}`, '"awaiting_budget"');
  await ask(`POST /agent/runs/${waiting}/resume`, { body: { maxCostUsd: '1.00' } });
  await until(`/agent/runs/${waiting}`, '"succeeded"');
  const hanging = { body: { task: 'Go on. [[delay:100000]]' } };
  const [first] = [await idOf(ask('POST /agent/runs', hanging)), await idOf(ask('POST /agent/runs', hanging))];
  await ask(`POST /agent/runs/${first}/messages`, { body: { content: 'Be brief.' } });
  await ask(`POST /agent/runs/${first}/cancel`);
  await until(`/agent/runs/${first}`, '"cancelled"');
  await ask('POST /admin/tenants/demo/runs/cancel');
  await ask('DELETE /admin/tenants/demo/users/ann');

  const limited = {
    ...MESSAGE,
    max_tokens: 256,
    messages: [{ role: 'user', content: '[[fault:429 retry-after=60]]' }],
  };
  await ask('POST /v1/messages', { body: limited }).catch(() => null);
  await ask('GET /admin/rests');
  await until(`/agent/runs/${runId}/deliveries`, '"delivered"');
  await ask(`GET /agent/runs/${runId}/deliveries`);
  await target.close();
  const health = ((found['getHealth'] ??= {})['503'] ??= {});
  health['application/json'] = plainExample(await unhealthy());
  return found;
};
