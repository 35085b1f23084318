import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { endedExecution, lostExecution } from '../../lib/durable-run/execution-status.ts';
import { runKeyIn } from '../../lib/durable-run/worker/execution-input.ts';
import type { HttpEvent } from '../../lib/http/types.ts';
import { FOREIGN, HTTP, OTHERS, pathsOf, REQUESTS } from './events.ts';
import { BASE_PATH, type Heard, httpEvent, invoke, invokeStreaming } from './invoke.ts';
import { functionParts } from './parts.ts';

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
    shutdown: undefined,
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
