import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { notification, snsEvent } from '../alerts/sns.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { startHttpTarget } from '../http-target.ts';
import type { Call, RawCall } from './events-as-sent.ts';
import { packaged, ROOT } from './packaged.ts';
import { readZip } from './unzip.ts';
import { authorised, startZips, type Zips } from './zips.ts';

const { functions } = parse(readFileSync(join(ROOT, 'serverless.yml'), 'utf8')) as {
  functions: Record<string, unknown>;
};

describeOnDynamoDb('each zip, loaded as Lambda loads it', (engine) => {
  let zips: Zips;

  beforeAll(async () => {
    zips = await startZips(engine());
  });
  afterAll(() => zips.close());

  const call = (name: string, request: Call | RawCall) => zips.call(name, request);

  it('runs an agent, keeps the run where get-run finds it, and logs neither key nor task', async () => {
    const task = 'canary-task: what is 6 times 7?';
    const ran = await call('run-agent', { method: 'POST', path: '/agent/run', headers: authorised, body: { task } });
    const run = JSON.parse(ran.body) as { runId: string; status: string; usage: { toolCalls: number } };
    expect([ran.statusCode, run.status]).toEqual([200, 'succeeded']);
    // The expression library is a chunk that is loaded by the first call of its tool.
    expect(run.usage.toolCalls).toBeGreaterThan(0);
    const path = `/agent/runs/${run.runId}`;
    const found = await call('get-run', { path, headers: authorised, pathParameters: { runId: run.runId } });
    expect([found.statusCode, JSON.parse(found.body)]).toEqual([200, expect.objectContaining({ runId: run.runId })]);
    const events = { path: `${path}/events`, headers: authorised, pathParameters: { runId: run.runId } };
    const watched = await call('run-events', events);
    expect([watched.statusCode, watched.body]).toEqual([200, expect.stringContaining('event: run.succeeded')]);
    expect(ran.output + found.output + watched.output).not.toMatch(/canary/);
    expect(ran.output).toContain('request');
  });

  it.each<[string, number, Call]>([
    ['run-agent', 401, { method: 'POST', path: '/agent/run', body: { task: 'x' } }],
    ['run-agent', 405, { method: 'GET', path: '/agent/run', headers: authorised }],
    ['get-run', 404, { path: '/agent/runs/run_x', headers: authorised, pathParameters: { runId: 'run_x' } }],
    ['run-events', 401, { path: '/agent/runs/run_x/events' }],
    ['list-agents', 401, { path: '/agents' }],
    ['admin', 401, { path: '/admin/tenants' }],
    ['admin', 403, { path: '/admin/tenants', headers: authorised }],
    ['report-usage', 401, { path: '/usage/budget' }],
  ])('%s answers %i as a problem with a request-id', async (name, status, request) => {
    const { statusCode, headers, body } = await call(name, request);
    expect([statusCode, headers['content-type']]).toEqual([status, 'application/problem+json']);
    expect(JSON.parse(body)).toMatchObject({ status, requestId: headers['request-id'] });
  });

  it.each<[string, Call, object]>([
    ['list-agents', { path: '/agents', headers: authorised }, { agents: expect.any(Array) as unknown[] }],
    ['health', { path: '/health/live' }, { status: 'healthy' }],
    ['health', { path: '/health' }, { status: 'healthy', version: expect.any(String) as string }],
    ['describe-api', { path: '/openapi.json' }, { openapi: expect.any(String) as string }],
  ])('%s answers with what it is for', async (name, request, expected) => {
    const { statusCode, headers, body } = await call(name, request);
    expect(statusCode).toBe(200);
    expect(JSON.parse(body)).toMatchObject(expected);
    expect(headers['request-id']).toBeTruthy();
  });

  it('console answers with its pages, which are built into its zip', async () => {
    for (const path of ['/console', '/docs']) {
      const { statusCode, headers, body } = await call('console', { path });
      expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
      expect(body).toMatch(/^<!doctype html>.*<script>/s);
    }
  });

  it('probe-dependencies finds what /health then tells, and writes no metric while all is well', async () => {
    const { output } = await call('probe-dependencies', { event: {} });
    // All is well: a value each minute would be paid for.
    expect(output).not.toContain('"_aws"');
    // What an environment has found it tells for a while.
    await zips.renew('health');
    const { body } = await call('health', { path: '/health' });
    expect(JSON.parse(body)).toMatchObject({ status: 'healthy', checks: { claude: { status: 'healthy' } } });
    expect(output + body).not.toContain('canary');
  });

  it('notify-alarm tells nobody until its secret has a value, and then the target in it', async () => {
    // One that no composite alarm tells too: others wait for that for two minutes.
    const event = snsEvent(notification({ name: 'ballast-dev-lambda-errors' }));
    expect((await call('notify-alarm', { event })).output).toContain('not configured');
    const slack = await startHttpTarget();
    await zips.renew('notify-alarm');
    zips.secrets.set('AlertsSecret', JSON.stringify({ slackWebhookUrl: `${slack.url}/canary` }));
    const { output } = await call('notify-alarm', { event });
    await call('notify-alarm', { event });
    await slack.close();
    expect(slack.seen.map(({ path }) => path)).toEqual(['/canary']);
    expect(output).toContain('alert sent');
    expect(output).not.toContain('canary');
  });

  it('messages answers a client of the Anthropic API, twice the same for a repeated key, and logs neither key nor prompt', async () => {
    const headers = { ...authorised, 'idempotency-key': 'three', 'anthropic-version': '2026-10-21' };
    const body = {
      model: 'claude-sonnet-5-5',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'canary: hello' }],
    };
    const ask = () => call('messages', { method: 'POST', path: '/v1/messages', headers, body });
    const [first, again] = [await ask(), await ask()];
    expect([first.statusCode, JSON.parse(first.body)]).toEqual([200, expect.objectContaining({ type: 'message' })]);
    expect([again.statusCode, again.body, again.headers['idempotency-replayed']]).toEqual([200, first.body, 'true']);
    expect(first.output + again.output).not.toMatch(/canary/);
  });

  it('ask-provider counts tokens, and lists models with their prices', async () => {
    const headers = { ...authorised, 'anthropic-version': '2026-10-21' };
    const messages = [{ role: 'user', content: 'hello' }];
    const path = '/v1/messages/count_tokens';
    const counted = await call('ask-provider', {
      method: 'POST',
      path,
      headers,
      body: { model: 'claude-sonnet-5-5', messages },
    });
    expect([counted.statusCode, JSON.parse(counted.body)]).toEqual([
      200,
      { input_tokens: expect.any(Number) as number },
    ]);
    const listed = await call('ask-provider', { path: '/v1/models', headers });
    const { data } = JSON.parse(listed.body) as { data: { pricing: object | null }[] };
    expect(data.some(({ pricing }) => pricing !== null)).toBe(true);
  });

  it('run-agent keeps an answer for a repeated key, and lets a refused one go', async () => {
    const headers = { ...authorised, 'idempotency-key': 'one' };
    const ask = (body: object, more: object = {}) =>
      call('run-agent', { method: 'POST', path: '/agent/run', headers: { ...headers, ...more }, body });
    const first = await ask({ task: 'hello' });
    const again = await ask({ task: 'hello' });
    expect([first.statusCode, again.statusCode, again.body]).toEqual([200, 200, first.body]);
    expect(again.headers['idempotency-replayed']).toBe('true');
    const refused = await ask({ task: 'a', model: 'claude-fable-5-2' }, { 'idempotency-key': 'two' });
    expect(refused.statusCode).toBe(422);
  });

  it('no function has asked DynamoDB for what its role does not grant', () => {
    expect(zips.denied).toEqual([]);
    const actions = new Set(zips.granted.map((said) => said.split(' ').slice(0, 3).join(' ')));
    expect([...actions].sort()).toEqual(
      expect.arrayContaining([
        'run-agent: dynamodb:DeleteItem ControlTable',
        'run-agent: dynamodb:GetItem ControlTable',
        'run-agent: dynamodb:GetItem LedgerTable',
        'run-agent: dynamodb:PutItem ControlTable',
        'run-agent: dynamodb:PutItem LedgerTable',
        'run-agent: dynamodb:PutItem RunsTable',
        'run-agent: dynamodb:UpdateItem ControlTable',
        'run-agent: dynamodb:UpdateItem LedgerTable',
        'messages: dynamodb:DeleteItem ControlTable',
        'messages: dynamodb:PutItem LedgerTable',
        'messages: dynamodb:UpdateItem LedgerTable',
        'ask-provider: dynamodb:GetItem ControlTable',
        'ask-provider: dynamodb:UpdateItem ControlTable',
        'probe-dependencies: dynamodb:PutItem ControlTable',
        'notify-alarm: dynamodb:PutItem ControlTable',
        'health: dynamodb:Query ControlTable',
      ]),
    );
  });

  it.each(Object.keys(functions))('%s holds its own code and nothing else', async (name) => {
    const files = [...readZip(join(await packaged(), 'dev', `${name}.zip`)).keys()];
    expect(files).toContain(`dist/${name}/index.mjs`);
    expect(files.filter((path) => !new RegExp(`^dist/${name}/(index|chunk-\\w+)\\.mjs$`).test(path))).toEqual([]);
  });
});
