import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { health } from '../../functions/health.ts';
import { runAgent } from '../../functions/run-agent.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import { type Observed, observed } from '../../lib/middleware/observed.ts';
import { observedEvent } from '../../lib/middleware/observed-event.ts';
import { context, httpEvent, invoke, invokeStreaming } from '../functions/invoke.ts';
import { DONE, functionParts } from '../functions/parts.ts';

const failing = (error: unknown) => functionParts(async () => Promise.reject(error));
const POSTED = { function: 'run-agent', method: 'POST', route: '/agent/run' };
const EVENTS = { accept: 'text/event-stream', 'x-api-key': 'good', 'content-type': 'application/json' };

describe('a request that is over', () => {
  it('is told to all listeners with its function, status and code', async () => {
    const parts = failing(new AppError('upstream-overloaded', safe`no`));
    await invokeStreaming(runAgent(parts), httpEvent());
    expect(parts.events).toEqual([
      {
        type: 'request.finished',
        ...POSTED,
        status: 503,
        statusLine: 503,
        error: 'upstream-overloaded',
        durationMs: 0,
        inFlight: 1,
      },
    ]);
  });

  it('is told with how many there were at once, also where one of them failed', async () => {
    const release = Promise.withResolvers<void>();
    const parts = functionParts(async ({ request: { task } }) => {
      await release.promise;
      if (task === 'Fail') throw new AppError('upstream-overloaded', safe`no`);
      return DONE;
    });
    const handler = runAgent(parts);
    const call = (task: string) => invokeStreaming(handler, httpEvent({ body: JSON.stringify({ task }) }));
    const all = Promise.all(['Hi', 'Fail', 'Hi'].map(call));
    await turn();
    release.resolve();
    await all;
    await call('Hi');
    const counts = parts.events.flatMap((event) => (event.type === 'request.finished' ? [event.inFlight] : []));
    expect([counts.slice(0, 3).toSorted(), counts.slice(3)]).toEqual([[1, 2, 3], [1]]);
  });

  it.each<[string, object, object]>([
    ['a refusal', { headers: {} }, { status: 401, error: 'unauthenticated' }],
    ['a bug', {}, { status: 500, error: 'internal' }],
  ])('is told of %s by what the client was told', async (_what, over, expected) => {
    const parts = failing(new TypeError('canary'));
    await invokeStreaming(runAgent(parts), httpEvent(over));
    expect(parts.events).toMatchObject([expected]);
    expect(JSON.stringify(parts.events)).not.toContain('canary');
  });

  it.each([
    ['before its head', false, 504],
    ['in its stream', true, 200],
  ])('is told as failed that failed %s, and what its status line said', async (_when, isBegun, statusLine) => {
    const parts = functionParts(async ({ stream }) => {
      if (isBegun) stream?.admitted({});
      throw new AppError('upstream-timeout', safe`no`);
    });
    const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
    const handler = runAgent(parts) as unknown as (...call: unknown[]) => Promise<void>;
    await handler(httpEvent({ headers: EVENTS }), stream, context);
    expect(parts.events.filter(({ type }) => type === 'request.finished')).toMatchObject([
      { status: 504, statusLine, error: 'upstream-timeout' },
    ]);
  });

  it.each([
    ['a call that ended with it', 'upstream-timeout', {}, { status: 499, error: null }, 'request abandoned'],
    ['a bug', 'internal', {}, { status: 500, error: 'internal' }, 'request failed'],
    [
      'a call that went on',
      'upstream-timeout',
      { 'idempotency-key': 'k' },
      { status: 504, error: 'upstream-timeout' },
      'request failed',
    ],
  ] as const)('whose client left tells of %s by what it was', async (_what, code, headers, told, line) => {
    const parts = failing(new AppError(code, safe`The call was cancelled.`));
    const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
    const handler = runAgent(parts) as unknown as (...call: unknown[]) => Promise<void>;
    const event = httpEvent();
    const signal = { clientSignal: AbortSignal.abort() };
    await handler({ ...event, headers: { ...event.headers, ...headers } }, stream, { ...context, ...signal });
    expect(parts.events.filter(({ type }) => type === 'request.finished')).toMatchObject([told]);
    expect(parts.lines.join('\n')).toContain(line);
  });

  it('has no code where it was answered as asked, although that be 503', async () => {
    const parts = failing(new Error('no run'));
    const report = async () => ({ status: 'unhealthy' as const, version: '1', checks: {} });
    const event = httpEvent({ httpMethod: 'GET', path: '/health', body: null });
    await invoke(health({ ...parts, health: { report } }), event);
    expect(parts.events).toMatchObject([{ function: 'health', status: 503, error: null }]);
  });

  it('has its metrics written before what outlives its answer has ended, and again after that', async () => {
    const order: string[] = [];
    const flushed: (string | undefined)[] = [];
    const flush = async (endedBy?: string) => {
      flushed.push(endedBy);
      order.push('metrics');
    };
    const hooks = observed({ ...functionParts(async () => Promise.reject(new Error('unused'))), flush }, 'run-agent');
    const request = { event: httpEvent(), context, response: { statusCode: 200, headers: {} }, error: null };
    const middy = request as unknown as Parameters<typeof hooks.requestStart>[0];
    hooks.requestStart(middy);
    const books = Promise.withResolvers<void>();
    const { waitUntil, requestId } = request.event as unknown as Observed;
    waitUntil(books.promise);
    waitUntil(Promise.reject(new Error('of another')));
    const ended = hooks.requestEnd(middy).then(() => order.push('end'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual(['metrics']);
    books.resolve();
    await ended;
    expect(order).toEqual(['metrics', 'metrics', 'end']);
    expect(flushed).toEqual([requestId, requestId]);
  });

  it('has its metrics written after its last byte and its line, and before the function returns', async () => {
    const parts = failing(new Error('canary'));
    const order: string[] = [];
    const stream = new Writable({
      write: (_chunk, _encoding, done) => done(),
      final: (done) => {
        order.push('last byte');
        done();
      },
    });
    const flush = async () => {
      await new Promise((done) => setImmediate(done));
      order.push(parts.lines.some((line) => line.includes('request failed')) ? 'metrics' : 'metrics without a line');
    };
    const handler = runAgent({ ...parts, flush }) as unknown as (...call: unknown[]) => Promise<void>;
    await handler(httpEvent(), stream, context);
    order.push('returned');
    expect(order).toEqual(['last byte', 'metrics', 'returned']);
  });
});

describe('an event that is over', () => {
  const observing = () => {
    const { log, clock, lines } = failing(null);
    const flushed: number[] = [];
    return { lines, flushed, parts: { log, clock, flush: async () => void flushed.push(lines.length) } };
  };

  it('has its line and its metrics', async () => {
    const { parts, lines, flushed } = observing();
    await observedEvent(parts, 'probe-dependencies', async () => {})({});
    expect(lines.join('')).toMatch(/event handled.*probe-dependencies/);
    expect(flushed).toEqual([1]);
  });

  it('has them also where it failed, and Lambda learns that it did, and nothing more', async () => {
    const { parts, lines, flushed } = observing();
    const failed = observedEvent(parts, 'notify-alarm', async () => Promise.reject(new TypeError('canary')))({});
    const error = (await failed.catch((thrown: unknown) => thrown)) as Error;
    expect(error.message).toMatch(/could not be handled/);
    expect(error.stack).not.toMatch(/\n/);
    expect(JSON.stringify(error) + String(error.cause) + lines.join('')).not.toContain('canary');
    expect(lines.join('')).toMatch(/event failed.*TypeError/);
    expect(flushed).toEqual([1]);
  });
});
