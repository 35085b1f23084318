import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestDynamoDb, type TestDynamoDb } from '../dynamodb.ts';
import { stretchedClock } from '../stretched.ts';
import { reply, status } from '../upstream/answers.ts';
import { endAfter, gatedBefore } from '../upstream/broken.ts';
import { createGate } from '../upstream/gate.ts';
import { messagesOnly, type ScriptedUpstream, startScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import { allEvents } from './sse.ts';
import { startServer, type TestServer } from './start-server.ts';

let engine: TestDynamoDb;
let upstream: ScriptedUpstream;
let servers: readonly [TestServer, TestServer];
beforeAll(async () => {
  [engine, upstream] = await Promise.all([startTestDynamoDb(), startScriptedUpstream(stretchedClock, messagesOnly)]);
  const env = {
    AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
    ANTHROPIC_API_KEY: 'key',
    ANTHROPIC_BASE_URL: upstream.url,
    RETRY_BASE_DELAY_MS: '1',
    // These tests fail on purpose, all on one model: its circuit has tests of its own.
    CIRCUIT_FAILURE_THRESHOLD: '10000',
  };
  servers = await Promise.all([startServer(env), startServer(env)]);
});
afterAll(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]();
  await upstream.close();
  await engine.stop();
});

let key: string;
let keys = 0;
beforeEach(() => {
  key = `key-${(keys += 1)}`;
});
const ask = (body: object, more: Readonly<Record<string, string>> = {}, server = servers[0]) =>
  server.run(body, { 'idempotency-key': key, ...more });
const json = async (response: Response) => (await response.json()) as Record<string, unknown>;
const EVENTS = { accept: 'text/event-stream' };

describe('a repeated key', () => {
  it('of 50 requests at once over two processes makes one run; the others wait or hear its answer', async () => {
    const gate = createGate();
    upstream.script('*', [gatedBefore(3, gate, reply('once'))]);
    const before = upstream.requests.length;
    const asked = Array.from({ length: 50 }, (_, index) => ask({ task: 'Once.' }, {}, servers[index % 2]));
    await gate.reached;
    const early = await Promise.all(asked.map((each) => Promise.race([each, gate.reached.then(() => null)])));
    expect(early.filter((response) => response?.status === 200)).toEqual([]);
    gate.open();
    const answers = await Promise.all(asked);
    const statuses = answers.map((response) => response.status);
    expect(statuses.filter((each) => each !== 200 && each !== 409)).toEqual([]);
    const runs = new Set<unknown>();
    for (const response of answers) {
      const answer = await json(response);
      if (response.status === 200) runs.add(answer['runId']);
      else
        expect(answer).toMatchObject({ code: 'idempotency-in-progress', retryAfterMs: expect.any(Number) as number });
    }
    expect(runs.size).toBe(1);
    expect(upstream.requests.length - before).toBe(1);
  });

  it('gives the stored answer from the other process, marked, to JSON and to events alike', async () => {
    upstream.script('*', [reply('kept')]);
    const before = upstream.requests.length;
    const first = await ask({ task: 'Keep.' });
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    const answer = await json(first);
    const again = await ask({ task: 'Keep.' }, {}, servers[1]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('request-id')).toMatch(/^req_/);
    expect(await json(again)).toEqual(answer);
    const events = await allEvents(await ask({ task: 'Keep.' }, EVENTS));
    expect(events.map(({ event }) => event)).toEqual(['run.started', 'text.delta', 'run.succeeded']);
    expect(events.at(-1)?.data).toEqual(answer);
    expect(upstream.requests.length - before).toBe(1);
  });

  it('gives what was heard as events to who asks for JSON', async () => {
    upstream.script('*', [reply('told')]);
    const events = await allEvents(await ask({ task: 'Tell.' }, EVENTS));
    expect(await json(await ask({ task: 'Tell.' }))).toEqual(events.at(-1)?.data);
  });

  it('with another body is refused, even if only its spaces differ', async () => {
    upstream.script('*', [reply('first')]);
    await ask({ task: 'One.' });
    const other = await ask({ task: 'Two.' });
    expect(other.status).toBe(422);
    expect(await json(other)).toMatchObject({ code: 'idempotency-key-reused' });
    const spaced = await servers[0].ask('/agent/run', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: '{ "task": "One." }',
    });
    expect(spaced.status).toBe(422);
  });

  it('of another tenant is another key', async () => {
    upstream.script('*', [reply('one'), reply('two')]);
    const mine = await json(await ask({ task: 'Same.' }));
    const theirs = await json(await ask({ task: 'Same.' }, { 'x-api-key': 'ballast-dev-admin-key' }));
    expect(theirs['runId']).not.toBe(mine['runId']);
  });

  it.each([
    ['before the run began', { task: 'a', model: 'claude-fable-5-2' }, reply('x'), 422],
    ['by a failure that cost nothing', { task: 'a' }, status(400), 400],
    ['by its own limit', { task: 'a', maxCostUsd: '0.000001' }, reply('x'), 402],
  ])('that was refused %s is free again', async (_title, body, answer, expected) => {
    upstream.script('*', [answer]);
    expect((await ask(body)).status).toBe(expected);
    const again = await ask({ task: 'another body' });
    expect(again.headers.get('idempotency-replayed')).toBeNull();
    expect(await json(again)).not.toMatchObject({ code: 'idempotency-key-reused' });
  });

  it('whose run failed after it had cost something hears that failure again, unpaid', async () => {
    upstream.script('*', [endAfter(4, reply('cut'))]);
    const first = await ask({ task: 'Cost.' });
    expect(first.status).toBe(502);
    const problem = await json(first);
    const before = upstream.requests.length;
    const again = await ask({ task: 'Cost.' });
    expect(again.status).toBe(502);
    expect(again.headers.get('content-type')).toBe('application/problem+json');
    expect(await json(again)).toEqual(problem);
    expect((await allEvents(await ask({ task: 'Cost.' }, EVENTS))).at(-1)).toEqual({
      event: 'run.failed',
      data: problem,
    });
    expect(upstream.requests.length).toBe(before);
  });

  it('lets the run go on when its caller leaves, and keeps the answer for it', async () => {
    const gate = createGate();
    upstream.script('*', [gatedBefore(3, gate, reply('still here'))]);
    const leave = new AbortController();
    const left = servers[0].ask('/agent/run', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: '{"task":"I leave."}',
      signal: leave.signal,
    });
    await gate.reached;
    leave.abort();
    await expect(left).rejects.toThrow();
    gate.open();
    await expect.poll(async () => (await ask({ task: 'I leave.' })).status).toBe(200);
    expect(await json(await ask({ task: 'I leave.' }))).toMatchObject({ output: 'still here' });
  });

  it.each(['', 'x'.repeat(256)])('of a wrong length is refused (%#)', async (wrong) => {
    const response = await ask({ task: 'a' }, { 'idempotency-key': wrong });
    expect(response.status).toBe(400);
    expect(await json(response)).toMatchObject({ code: 'invalid-request' });
  });
});
