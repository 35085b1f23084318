import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stretchedClock } from '../stretched.ts';
import { reply, status, toolCalls } from '../upstream/answers.ts';
import { endAfter, errorEventAfter, stallAfter } from '../upstream/broken.ts';
import { messagesOnly, type ScriptedUpstream, startScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import { startServer, type TestServer } from './start-server.ts';

let upstream: ScriptedUpstream;
let server: TestServer;
beforeAll(async () => {
  upstream = await startScriptedUpstream(stretchedClock, messagesOnly);
  server = await startServer({
    ANTHROPIC_API_KEY: 'sk-ant-canary-key',
    ANTHROPIC_BASE_URL: upstream.url,
    RETRY_BASE_DELAY_MS: '1',
    // These tests fail on purpose, all on one model: its circuit has tests of its own.
    CIRCUIT_FAILURE_THRESHOLD: '10000',
    // The SDK's own debug log would print every body; it must stay silent even when asked.
    ANTHROPIC_LOG: 'debug',
    OPEN_METEO_BASE_URL: 'http://127.0.0.1:1',
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await upstream.close();
});

const body = async (response: Response) => (await response.json()) as Record<string, unknown>;

/** Of the one model that has no stand-in. */
const TRY = { task: 'Try.', model: 'claude-haiku-4-5' };

type Traced = Readonly<Record<string, unknown>> & {
  readonly steps: readonly { readonly attemptDetails: readonly object[] }[];
};

describe('a run over HTTP', () => {
  it('answers with the contract’s body, and can be read back with its trace', async () => {
    const usage = { input: 1_000, output: 200, read: 3_000, write5m: 500, write1h: 40 };
    upstream.script('*', [reply('Kiel.', { usage })]);
    const answered = await server.run({ task: 'Where?', metadata: { ticket: '7' } });
    expect(answered.status).toBe(200);
    const answer = await body(answered);
    // 1,000 x 2 + 200 x 10 + 3,000 x 0.10 + 500 x 2.50 + 40 x 4.00 USD per million, by hand.
    expect(answer).toMatchObject({
      status: 'succeeded',
      output: 'Kiel.',
      model: 'claude-sonnet-5-5',
      stopReason: 'end_turn',
      degraded: null,
      usage: {
        modelCalls: 1,
        inputTokens: 1_000,
        outputTokens: 200,
        cacheReadInputTokens: 3_000,
        cacheCreationInputTokens: 540,
        costUsd: '0.00571',
      },
    });
    const kept = await server.ask(`/agent/runs/${String(answer['runId'])}`);
    expect(kept.status).toBe(200);
    expect(await body(kept)).toMatchObject({
      ...answer,
      mode: 'sync',
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      updatedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      metadata: { ticket: '7' },
      approvals: [],
    });
    expect(await body(await server.ask(`/agent/runs/${String(answer['runId'])}/trace`))).toMatchObject({
      runId: answer['runId'],
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      steps: [{ kind: 'model', name: 'claude-sonnet-5-5', attempts: 1, status: 'succeeded', costUsd: '0.00571' }],
    });
  });

  it('reaches the model unchanged, whatever is written in it', async () => {
    upstream.script('*', [reply('ok')]);
    const task = ' e\u0301 \u200fשלום\u202e 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 `${a}\\n"` ∑ᵢ∂f/∂x ≈ \\frac{a}{b}\r\n\t\u0001\ufeff ';
    expect((await server.run({ task })).status).toBe(200);
    const { messages } = upstream.requests.at(-1)?.body as { messages: { content: unknown }[] };
    expect(messages.at(-1)?.content).toBe(task);
  });

  it('that repeats attempts books each of them, and answers once', async () => {
    const half = { usage: { input: 700, output: 900 } };
    upstream.script('*', [status(529), endAfter(5, reply('half an answer', half)), reply('whole')]);
    const answer = await body(await server.run({ task: 'Go on.' }));
    expect(answer).toMatchObject({ output: 'whole', usage: { modelCalls: 1, inputTokens: 800 } });
    const trace = await body(await server.ask(`/agent/runs/${String(answer['runId'])}/trace`));
    expect(trace['steps']).toMatchObject([
      {
        attempts: 3,
        status: 'succeeded',
        attemptDetails: [
          { status: 'failed', error: { code: 'overloaded' }, firstContentMs: null, costUsd: '0' },
          { status: 'failed', error: { code: 'cut' }, retry: { reason: 'overloaded' }, estimated: 'cut' },
          { status: 'succeeded', retry: { reason: 'cut' }, model: 'claude-sonnet-5-5' },
        ],
      },
    ]);
    expect((trace as Traced).steps[0]?.attemptDetails[2]).not.toHaveProperty('estimated');
  });

  it('uses tools, and says so when one has failed', async () => {
    const calls = [
      { name: 'calculate', input: { expression: '6 * 7' } },
      { name: 'get_weather', input: { location: 'Oslo' } },
      { name: 'current_time', input: { timeZone: 'Nowhere/Land' } },
    ];
    upstream.script('*', [toolCalls(calls), reply('42.')]);
    expect(await body(await server.run({ task: 'What is it?' }))).toMatchObject({
      output: '42.',
      usage: { modelCalls: 2, toolCalls: 3 },
    });
    const { messages } = upstream.requests.at(-1)?.body as {
      messages: { content: { content: string; is_error?: true }[] }[];
    };
    expect(messages.at(-1)?.content).toMatchObject([
      { content: '42' },
      { content: expect.stringContaining("can't be reached") as string },
      { is_error: true },
    ]);
  });

  it.each([
    ['a refused request', 400, 'invalid-request', 1, status(400)],
    ['a refused key', 502, 'upstream-error', 2, status(401)],
    ['a feature that the account lacks', 403, 'forbidden', 1, status(403)],
    ['an unknown model', 400, 'invalid-request', 1, status(404)],
    ['a lasting overload', 503, 'upstream-overloaded', 4, status(529)],
    ['a lasting failure', 502, 'upstream-error', 4, status(500)],
    ['an overload inside every stream', 503, 'upstream-overloaded', 4, errorEventAfter(3, reply('x'))],
  ])('against %s fails with %i %s after %i attempts', async (_title, expected, code, attempts, answer) => {
    upstream.script('*', [answer]);
    const before = upstream.requests.length;
    const failed = await server.run(TRY);
    expect(failed.status).toBe(expected);
    const problem = await body(failed);
    expect(problem).toMatchObject({ code, runId: expect.stringMatching(/^run_/) as string, usage: { modelCalls: 0 } });
    expect(upstream.requests.length - before).toBe(attempts);
    const kept = await body(await server.ask(`/agent/runs/${String(problem['runId'])}`));
    expect(kept).toMatchObject({ status: 'failed', error: { code }, usage: problem['usage'] });
  });

  it('ends at its own deadline, however long the upstream stalls', async () => {
    upstream.script('*', [stallAfter(1, reply('never'))]);
    const failed = await server.run({ task: 'Wait.', timeoutMs: 1_000 });
    expect(failed.status).toBe(504);
    expect(await body(failed)).toMatchObject({ code: 'upstream-timeout' });
    await upstream.aborted(upstream.requests.length - 1);
  });

  it('stops calling once its own limit on cost is reached', async () => {
    const calls = toolCalls([{ name: 'calculate', input: { expression: '1+1' } }], {
      usage: { input: 1_000, output: 1_000 },
    });
    upstream.script('*', [calls]);
    const answer = await body(await server.run({ task: 'Loop.', maxCostUsd: '0.05', maxModelCalls: 50 }));
    expect(answer).toMatchObject({ status: 'incomplete', stopReason: 'max_cost' });
    const { costUsd } = answer['usage'] as { costUsd: string };
    expect(Number(costUsd)).toBeLessThanOrEqual(0.05);
    expect(Number(costUsd)).toBeGreaterThan(0.02);
    expect(await body(await server.run({ task: 'No.', maxCostUsd: '0.000001' }))).toMatchObject({
      code: 'budget-exceeded',
      limit: '0.000001',
      used: '0',
    });
  });

  it('whose caller leaves is aborted upstream', async () => {
    upstream.script('*', [stallAfter(4, reply('half'))]);
    const before = upstream.requests.length;
    const leave = new AbortController();
    const asked = server.ask('/agent/run', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"task":"I leave."}',
      signal: leave.signal,
    });
    await upstream.seen(before + 1);
    leave.abort();
    await expect(asked).rejects.toThrow();
    await upstream.aborted(before);
  });

  it('of another tenant is not there', async () => {
    upstream.script('*', [reply('mine')]);
    const { runId } = await body(await server.run({ task: 'Mine.' }));
    const headers = { 'x-api-key': 'ballast-dev-admin-key' };
    for (const target of [
      `/agent/runs/${String(runId)}`,
      `/agent/runs/${String(runId)}/trace`,
      '/agent/runs/run_nothing',
    ])
      expect((await server.ask(target, { headers })).status).toBe(404);
  });
});

describe('the surface', () => {
  it.each([
    ['GET', '/agents', 200, undefined],
    ['GET', '/health', 200, undefined],
    ['GET', '/health/live', 200, undefined],
    ['GET', '/openapi.json', 200, undefined],
    ['GET', '/nothing', 404, 'not-found'],
    ['GET', '/agent/run', 405, 'method-not-allowed'],
    ['POST', '/agents', 405, 'method-not-allowed'],
    ['DELETE', '/health', 405, 'method-not-allowed'],
  ])('%s %s answers %i', async (method, target, expected, code) => {
    const response = await server.ask(target, { method });
    expect(response.status).toBe(expected);
    expect(response.headers.get('request-id')).toMatch(/^req_/);
    const answer = await body(response);
    if (code === undefined) return;
    expect(answer).toMatchObject({ code, status: expected });
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });

  it('describes itself: every path it serves, and the request with its bounds', async () => {
    const document = await body(await server.ask('/openapi.json'));
    expect(Object.keys(document['paths'] as object)).toEqual(
      expect.arrayContaining(['/agent/run', '/agent/runs/{runId}/trace', '/health', '/admin/tenants', '/usage']),
    );
    expect(document).toMatchObject({
      components: {
        schemas: { RunRequest: { properties: { task: { maxLength: 10_000 }, timeoutMs: { maximum: 120_000 } } } },
      },
    });
  });
});

describe('a canary', () => {
  it('in the task, in an upstream’s error and in a key is in no line of any log', async () => {
    const canary = 'canary-7f3a91c2';
    const mean = {
      body: { type: 'error', error: { type: 'api_error', message: canary } },
      headers: { 'request-id': canary + ' x' },
    };
    upstream.script('*', [
      status(400, mean),
      status(500, mean),
      errorEventAfter(3, reply(canary), 500, canary),
      reply(canary),
    ]);
    const before = server.printed().length;
    const written = () => server.printed().slice(before).split('"message":"request').length - 1;
    const failed = await server.run({ task: canary });
    expect(await failed.text()).not.toContain(canary);
    await server.run({
      task: canary,
      messages: [{ role: 'user', content: canary }],
      metadata: { a: canary },
      userId: canary,
    });
    await server.ask(`/${canary}?${canary}=1`, { headers: { 'x-api-key': canary, authorization: canary } });
    await server.run({ task: canary, agent: canary, model: canary });
    await server.run({ task: 'x', [canary]: 1 });
    await server.ask('/agent/run', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"${canary}`,
    });
    await expect.poll(written).toBeGreaterThanOrEqual(5);
    expect(server.printed()).not.toContain('canary');
    expect(server.printed()).toContain('"message":"model attempted"');
  });
});

// The last of all: the model is left alone for as long as it says.
it('against an absurd Retry-After fails at once, and the model is asked no more', async () => {
  upstream.script('*', [status(429, { headers: { 'retry-after': '3600' } }), reply('too early')]);
  const before = upstream.requests.length;
  for (const _ of [1, 2]) {
    const failed = await server.run(TRY);
    expect(failed.status).toBe(429);
    const problem = await body(failed);
    expect(problem).toMatchObject({ code: 'rate-limited' });
    expect(problem['retryAfterMs']).toBeGreaterThan(3_590_000);
    expect(problem['retryAfterMs']).toBeLessThanOrEqual(3_600_000);
    expect(Number(failed.headers.get('retry-after'))).toBeGreaterThan(3_590);
  }
  expect(upstream.requests.length - before).toBe(1);
});
