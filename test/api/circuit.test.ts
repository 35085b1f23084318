import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDynamoDb, type TestDynamoDb } from '../dynamodb.ts';
import { stretchedClock } from '../stretched.ts';
import { reply, status } from '../upstream/answers.ts';
import { messagesOnly, type ScriptedUpstream, startScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import { startServer, type TestServer } from './start-server.ts';

const BREAK_MS = 3_000;
const THRESHOLD = 5;
const MAX_RETRIES = 2;
/** The one that stands in for others has no stand-in of its own. */
const MODEL = 'claude-haiku-4-5';

let engine: TestDynamoDb;
let upstream: ScriptedUpstream;
let servers: readonly [TestServer, TestServer];
beforeAll(async () => {
  [engine, upstream] = await Promise.all([startTestDynamoDb(), startScriptedUpstream(stretchedClock, messagesOnly)]);
  const env = {
    AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
    ANTHROPIC_API_KEY: 'key',
    ANTHROPIC_BASE_URL: upstream.url,
    MAX_RETRIES: String(MAX_RETRIES),
    RETRY_BASE_DELAY_MS: '1',
    CIRCUIT_BREAK_DURATION_MS: String(BREAK_MS),
    CIRCUIT_SUCCESS_THRESHOLD: '1',
  };
  servers = await Promise.all([startServer(env), startServer(env)]);
});
afterAll(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]();
  await upstream.close();
  await engine.stop();
});

const json = async (response: Response) => (await response.json()) as Record<string, unknown>;
const asked = () => upstream.requests.length;
/** Calls that passed without their circuit, or were not counted by it: the store was too slow for them, and each is told. */
const unguarded = () =>
  servers.reduce((sum, server) => sum + server.printed().split('"circuit unguarded"').length - 1, 0);

describe('an outage seen by two processes', () => {
  it('costs the threshold and what was under way, then nothing; one probe ends it for both', async () => {
    upstream.script('*', [status(500)]);
    const concurrent = THRESHOLD;
    const failures = await Promise.all(
      Array.from({ length: concurrent }, (_, index) =>
        (index % 2 ? servers[1] : servers[0]).run({ task: 'a', model: MODEL }),
      ),
    );
    for (const response of failures) expect([502, 503]).toContain(response.status);
    const spent = asked();
    expect(spent).toBeGreaterThanOrEqual(THRESHOLD);
    // A call counts once: those before the one that opens the circuit may have been tried again.
    expect(spent).toBeLessThanOrEqual(concurrent + (THRESHOLD - 1) * MAX_RETRIES + unguarded());

    // The other process knows within about a second; the one that opened it, at once.
    await expect
      .poll(async () => (await json(await servers[1].run({ task: 'b', model: MODEL })))['code'])
      .toBe('circuit-open');
    const quiet = asked();
    const refused = await servers[0].run({ task: 'c', model: MODEL });
    expect(refused.status).toBe(503);
    const problem = await json(refused);
    expect(problem).toMatchObject({ code: 'circuit-open' });
    expect(problem['retryAfterMs']).toBeGreaterThan(0);
    expect(problem['retryAfterMs']).toBeLessThanOrEqual(BREAK_MS);
    expect(refused.headers.get('retry-after')).toMatch(/^[1-3]$/);
    const asEvents = await servers[0].run({ task: 'c', model: MODEL }, { accept: 'text/event-stream' });
    expect(asEvents.status).toBe(503);
    expect(await json(asEvents)).toMatchObject({ code: 'circuit-open' });
    expect(asked()).toBe(quiet);

    // Another model has a circuit of its own.
    upstream.script('claude-haiku-5-5', [reply('fine')]);
    expect((await servers[0].run({ task: 'd', complexity: 'simple' })).status).toBe(200);

    upstream.script('*', [reply('back')]);
    await expect
      .poll(async () => (await servers[0].run({ task: 'e', model: MODEL })).status, { interval: 100 })
      .toBe(200);
    await expect.poll(async () => (await servers[1].run({ task: 'f', model: MODEL })).status).toBe(200);
  });
});
