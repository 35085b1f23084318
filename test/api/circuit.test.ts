import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDynamoDb, type TestDynamoDb } from '../dynamodb.ts';
import { phasesOf } from '../faults/outage.ts';
import { serverNow, stretchedClock } from '../stretched.ts';
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
/** Until when the server's circuit stays open at least, in the servers' time; `null`: it does not refuse. */
const openUntil = async (server: TestServer): Promise<number | null> => {
  const askedAt = serverNow();
  const { code, retryAfterMs } = await json(await server.run({ task: 'b', model: MODEL }));
  return code === 'circuit-open' ? askedAt + Number(retryAfterMs) : null;
};

/** What clients of both see during one break, and how many of their requests went upstream; `null`: it ended meanwhile. */
const seenInOneBreak = async () => {
  let until: number | null = null;
  // The process that counted the last failure knows at once, the other within about a second: either may be the one.
  for (const server of servers) await expect.poll(async () => (until = await openUntil(server))).not.toBeNull();
  const before = asked();
  const refused = await servers[0].run({ task: 'c', model: MODEL });
  const asEvents = await servers[0].run({ task: 'c', model: MODEL }, { accept: 'text/event-stream' });
  const elsewhere = await servers[1].run({ task: 'c', model: MODEL });
  const sent = asked() - before;
  if (serverNow() >= until!) return null;
  const responses = [refused, asEvents, elsewhere];
  const problems = await Promise.all(responses.map(json));
  return {
    statuses: responses.map((response) => response.status),
    codes: problems.map(({ code }) => code),
    retryAfterMs: Number(problems[0]!['retryAfterMs']),
    retryAfter: refused.headers.get('retry-after'),
    sent,
  };
};

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
    const instants = upstream.requests.map(({ at }) => at);
    // On a machine so slow that a break ends meanwhile, probes follow.
    const { opening } = phasesOf(instants, THRESHOLD, BREAK_MS);
    expect(opening).toBeGreaterThanOrEqual(THRESHOLD);
    // A call counts once: those before the one that opens the circuit may have been tried again.
    const more = opening - (concurrent + (THRESHOLD - 1) * MAX_RETRIES);
    await expect.poll(unguarded).toBeGreaterThanOrEqual(more);

    let seen: Awaited<ReturnType<typeof seenInOneBreak>> = null;
    await expect.poll(async () => (seen = await seenInOneBreak())).not.toBeNull();
    expect(seen).toEqual({
      statuses: [503, 503, 503],
      codes: ['circuit-open', 'circuit-open', 'circuit-open'],
      retryAfterMs: expect.any(Number) as number,
      retryAfter: expect.stringMatching(/^[1-3]$/) as string,
      sent: 0,
    });
    expect(seen!.retryAfterMs).toBeGreaterThan(0);
    expect(seen!.retryAfterMs).toBeLessThanOrEqual(BREAK_MS);

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
