import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../api/start-server.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../dynamodb.ts';
import { serverNow, stretchedClock } from '../stretched.ts';
import { reply, status } from '../upstream/answers.ts';
import { messagesOnly, type ScriptedUpstream, startScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import { ASKED, STAND_IN } from './fault.ts';
import { askAll, askOnce, phasesOf, type Told } from './outage.ts';

const THRESHOLD = 5;
const MAX_RETRIES = 2;
/** A call counts once: those before the one that opens the circuit may all have been tried again. */
const RETRIED = (THRESHOLD - 1) * MAX_RETRIES;
const BREAK_MS = 2_000;
/** Longer than five failures one after the other take on a loaded machine. */
const WINDOW_MS = 10_000;
const CLIENTS = 20;
const REQUESTS = 200;
/** Long enough for two breaks to end within the load. */
const PAUSE_MS = 500;
/** For two attempts at each model, their pauses, and a loaded machine. */
const ANSWERED_WITHIN_MS = 10_000;

let engine: TestDynamoDb;
let upstream: ScriptedUpstream;
let servers: readonly TestServer[];
beforeAll(async () => {
  [engine, upstream] = await Promise.all([startTestDynamoDb(), startScriptedUpstream(stretchedClock, messagesOnly)]);
  const env = {
    AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
    ANTHROPIC_API_KEY: 'key',
    ANTHROPIC_BASE_URL: upstream.url,
    MAX_RETRIES: String(MAX_RETRIES),
    RETRY_BASE_DELAY_MS: '50',
    CIRCUIT_FAILURE_THRESHOLD: String(THRESHOLD),
    CIRCUIT_FAILURE_WINDOW_MS: String(WINDOW_MS),
    CIRCUIT_BREAK_DURATION_MS: String(BREAK_MS),
  };
  servers = await Promise.all(Array.from({ length: 4 }, () => startServer(env)));
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  await upstream.close();
  await engine.stop();
});

const instantsOf = (model: string) =>
  upstream.requests.filter((request) => request.model === model).map(({ at }) => at);
/** Calls that passed without their circuit, or were not counted by it: the store was too slow for them, and each is told. */
const unguarded = () =>
  servers.reduce((sum, server) => sum + server.printed().split('"circuit unguarded"').length - 1, 0);

describe('an outage of all models, met by 200 requests to four processes', () => {
  let told: readonly Told[];
  beforeAll(async () => {
    upstream.script('*', [status(529), status(503)]);
    told = await askAll({ servers, clients: CLIENTS, requests: REQUESTS / CLIENTS, pauseMs: PAUSE_MS });
  });

  it('is told to every client as what it is, in bounded time', () => {
    expect(told).toHaveLength(REQUESTS);
    expect(new Set(told.map((answer) => answer.status))).toEqual(new Set([503]));
    expect(Math.max(...told.map(({ ms }) => ms))).toBeLessThan(ANSWERED_WITHIN_MS);
    expect(new Set(told.map(({ code }) => code))).toEqual(new Set(['upstream-overloaded', 'circuit-open']));
  });

  it.each([ASKED, STAND_IN])('costs %s its threshold and what was under way, then one probe a break', async (model) => {
    const { opening, breaks } = phasesOf(instantsOf(model), THRESHOLD, BREAK_MS);
    expect(opening).toBeGreaterThanOrEqual(THRESHOLD);
    const more = opening - (THRESHOLD + CLIENTS + RETRIED);
    await expect.poll(unguarded).toBeGreaterThanOrEqual(more);
    expect(breaks.length).toBeGreaterThanOrEqual(1);
    // An attempt without its circuit may come at any time, and is short of a break on both sides.
    expect(2 * unguarded()).toBeGreaterThanOrEqual(breaks.filter((length) => length < 1).length);
  });

  it('is over within one break, and soon for every process', async () => {
    upstream.script('*', [reply('back')]);
    const upAt = serverNow();
    const probedAt = () => instantsOf(ASKED).find((at) => at >= upAt);
    // The asked model comes first in every chain: the next request after its break is its probe, whoever stood in before.
    const [first] = servers as readonly [TestServer];
    const asking = { interval: 50 };
    let lastInVainAt = 0;
    const probe = async () => {
      const askedAt = serverNow();
      const { status: answered } = await askOnce(first);
      if (probedAt() === undefined) lastInVainAt = askedAt;
      return answered === 200 ? probedAt() : undefined;
    };
    await expect.poll(probe, asking).toBeDefined();
    // However slow the machine: whoever asks later than that is the probe.
    expect(lastInVainAt).toBeLessThan(upAt + BREAK_MS);
    for (const server of servers) await expect.poll(() => askOnce(server), asking).toMatchObject({ status: 200 });
    // Closed again: as many as there are pass at the same time.
    const together = () => askAll({ servers, clients: CLIENTS, requests: 1, pauseMs: 0 });
    await expect.poll(async () => new Set((await together()).map(({ status: code }) => code))).toEqual(new Set([200]));
  });

  it('costs one client the threshold alone, however often it asks', async () => {
    // Of a model that nobody has asked before: its circuit is closed, whatever the others are.
    const model = 'claude-opus-5-5';
    upstream.script('*', [status(503)]);
    await askAll({ servers: servers.slice(0, 1), clients: 1, requests: 15, pauseMs: 0, model });
    // On a machine so slow that a break ends meanwhile, a probe follows.
    const { opening } = phasesOf(instantsOf(model), THRESHOLD, BREAK_MS);
    expect(opening).toBeGreaterThanOrEqual(THRESHOLD);
    expect(opening).toBeLessThanOrEqual(THRESHOLD + RETRIED);
  });
});
