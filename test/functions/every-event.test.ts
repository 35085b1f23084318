import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { endedExecution, lostExecution } from '../../lib/durable-run/execution-status.ts';
import { runKeyIn } from '../../lib/durable-run/worker/execution-input.ts';
import type { HttpEvent } from '../../lib/http/types.ts';
import { BASE_PATH, type Heard, httpEvent, invoke, invokeStreaming } from './invoke.ts';
import { functionParts } from './parts.ts';

interface Service {
  readonly functions: Readonly<
    Record<
      string,
      { readonly events?: readonly { readonly http?: { readonly path: string; readonly response?: object } }[] }
    >
  >;
}
const { functions } = parse(readFileSync('serverless.yml', 'utf8')) as Service;

const NAMES = readdirSync('functions').map((file) => file.replace(/\.ts$/, ''));
const pathsOf = (name: string) => (functions[name]?.events ?? []).flatMap(({ http }) => (http ? [http] : []));
const HTTP = NAMES.filter((name) => pathsOf(name).length > 0);
const OTHERS = NAMES.filter((name) => pathsOf(name).length === 0);

/** Whatever is asked of it, nothing is done. */
const idle: object = new Proxy(() => undefined, {
  get: (_target, name) => (name === 'then' || typeof name === 'symbol' ? undefined : idle),
  apply: () => Promise.resolve({}),
});

const PAGE = { gzip: gzipSync('<p>').toString('base64'), hash: 'x', policy: "default-src 'none'" };

const open = async (name: string) => {
  const parts = functionParts(() => Promise.reject(new Error('nothing is run here')));
  const done: unknown[] = [];
  const does = async (...given: unknown[]) => void done.push(given);
  const own = {
    contexts: undefined,
    corsOrigins: undefined,
    recordsTraces: false,
    canonical: undefined,
    health: { report: async () => ({ status: 'healthy', version: 'x', checks: {} }) },
    loadPages: async () => ({ console: PAGE, docs: PAGE }),
    openWorker: () => Promise.reject(new Error('nobody works here')),
    reconcileBudgets: does,
    sweepRuns: does,
    probeDependencies: does,
    deliverWebhooks: does,
    notifyAlarm: does,
    failRun: does,
  };
  const all = new Proxy(
    { ...parts, ...own },
    { get: (target, key) => (key in target ? (Reflect.get(target, key) as unknown) : idle) },
  );
  const factory = name === 'console' ? 'pages' : name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const module = (await import(`../../functions/${name}.ts`)) as Record<string, (parts: object) => unknown>;
  return { handler: module[factory]?.(all), lines: parts.lines, done };
};

const ask = async (name: string, event: unknown): Promise<Heard> => {
  const { handler } = await open(name);
  const streams = pathsOf(name).some(({ response }) => response !== undefined);
  return (streams ? invokeStreaming : invoke)(handler, event as HttpEvent);
};

const FOREIGN: Readonly<Record<string, unknown>> = {
  'nothing at all': null,
  'the console’s empty event': {},
  'the console’s template': { key1: 'value1', key2: 'value2' },
  'a text': 'ping',
  'a list': [],
  'a warm-up': { source: 'serverless-plugin-warmup' },
  'a schedule': { version: '0', 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {}, resources: [] },
  'an event without details': { 'detail-type': 'Something', source: 'aws.events', detail: null },
  'a batch of SNS': { Records: [{ EventSource: 'aws:sns', Sns: { Message: 'hello' } }, { Sns: { Message: '{}' } }] },
  'a batch of SQS': { Records: [{ eventSource: 'aws:sqs', body: 'hello' }] },
  'a batch without records': { Records: null },
  'a change in S3': { Records: [{ eventSource: 'aws:s3', s3: { bucket: { name: 'b' } } }] },
  'a request of WebSockets': { requestContext: { routeKey: '$connect', connectionId: 'c', requestId: 'r' } },
  'an execution of something else': { InitialExecutionState: { Operations: [] }, DurableExecutionArn: 'arn' },
};

/** How each source sends the same request, with `bare` where nobody typed a header in. */
const REQUESTS: Readonly<Record<string, (path: string) => unknown>> = {
  'the console of a REST API': (path) => ({
    ...httpEvent({ httpMethod: 'GET', path, body: null }),
    headers: null,
    multiValueHeaders: null,
    requestContext: { requestId: 'test-invoke-request', stage: 'test-invoke-stage' },
  }),
  'an HTTP API': (path) => ({
    version: '2.0',
    routeKey: `ANY ${path}`,
    rawPath: `/dev${path}`,
    rawQueryString: '',
    headers: { host: 'x' },
    requestContext: { http: { method: 'GET', path: `/dev${path}` }, stage: 'dev', requestId: 'r' },
    isBase64Encoded: false,
  }),
  'a REST API behind a domain with a base path': (path) => ({
    ...httpEvent({
      httpMethod: 'GET',
      resource: path,
      path: `${BASE_PATH}${path}/`,
      body: null,
      headers: {},
    }),
    requestContext: { requestId: 'r', path: `/live${path}/`, stage: 'dev' },
  }),
  'a function URL, with a slash at the end': (path) => ({
    version: '2.0',
    routeKey: '$default',
    rawPath: `${path}/`,
    rawQueryString: '',
    headers: {},
    requestContext: { http: { method: 'GET', path: `${path}/` }, stage: '$default', requestId: 'r' },
    isBase64Encoded: false,
  }),
  'a load balancer': (path) => ({
    requestContext: { elb: { targetGroupArn: 'arn' } },
    httpMethod: 'GET',
    path,
    multiValueHeaders: { host: ['x'] },
    multiValueQueryStringParameters: {},
    body: '',
    isBase64Encoded: false,
  }),
};

describe.each(HTTP)('%s', (name) => {
  it.each(Object.entries(FOREIGN))('says that it is no request of HTTP: %s', async (_what, event) => {
    const { status, body } = await ask(name, event);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('The event is no HTTP request');
  });

  it.each(Object.entries(REQUESTS))('answers what %s hands over, without a credential', async (_what, made) => {
    for (const { path } of pathsOf(name)) {
      const { status } = await ask(name, made(path));
      expect([200, 302, 401, 404, 405], path).toContain(status);
    }
  });
});

describe.each(OTHERS)('%s', (name) => {
  it.each(Object.entries(FOREIGN))('ends well, and logs no stack: %s', async (_what, event) => {
    const { handler, lines } = await open(name);
    const context = { getRemainingTimeInMillis: () => 1_000 };
    await (handler as (event: unknown, context: unknown) => Promise<unknown>)(event, context);
    expect(lines.join('\n')).not.toMatch(/event failed|\n {4}at /);
    if (name === 'execute-run') expect(lines.join('')).toContain('an event that is no run was left alone');
  });
});

it.each(Object.entries(FOREIGN))('no run has ended in %s', (_what, event) => {
  expect([endedExecution(event), lostExecution(event)]).toEqual([undefined, null]);
});

const at = (name: string, over: object) => ask(name, { ...httpEvent({ httpMethod: 'GET', body: null }), ...over });

it('the template of the path says what was asked, not a path that a domain has put its own before', async () => {
  const live = await at('health', { resource: '/health/live', path: `${BASE_PATH}/health/live/` });
  expect(live).toMatchObject({ status: 200, body: { status: 'healthy' } });
  const all = await at('health', { resource: '/health', path: `${BASE_PATH}/health` });
  expect(all).toMatchObject({ status: 200, body: { checks: {} } });
});

it.each([
  ['is no text', 7],
  ['is no JSON', 'x'],
  ['is no object', '"run_1"'],
  ['is null', 'null'],
  ['names no tenant', '{"runId":"run_1"}'],
  ['names a run by a number', '{"tenantId":"demo","runId":1}'],
])('an execution is about no run where its payload %s', (_what, InputPayload) => {
  expect(runKeyIn({ InitialExecutionState: { Operations: [{ ExecutionDetails: { InputPayload } }] } })).toBeNull();
});
