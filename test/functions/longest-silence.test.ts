import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { messages } from '../../functions/messages.ts';
import { runAgent } from '../../functions/run-agent.ts';
import { loadConfig } from '../../lib/config.ts';
import { QUIET_MS } from '../../lib/gateway/answer/keep-alive.ts';
import type { MessageCall } from '../../lib/gateway/message-call.ts';
import { ANSWER_WITHIN_MS, RESERVE_MS } from '../../lib/http/run-limits.ts';
import type { RunAnswer } from '../../lib/run/answer.ts';
import { runAsEvents, type RunTelling } from '../../lib/run/http/run-events.ts';
import type { SyncRunCall } from '../../lib/run/sync-run.ts';
import { createFakeClock } from '../fake-clock.ts';
import { httpEvent, invokeStreaming } from './invoke.ts';
import { DONE, functionParts } from './parts.ts';

/** After so long API Gateway cuts an answer that says nothing. */
const CUT_MS = 300_000;
const LONG_MS = 880_000;
const config = loadConfig({ RUN_TIMEOUT_MS: '900000', STREAM_TIMEOUT_MS: '900000' });
const lambda = { getRemainingTimeInMillis: () => LONG_MS + RESERVE_MS };

const limitOfRun = async (accept: string, asked: object = {}): Promise<number | undefined> => {
  const calls: SyncRunCall[] = [];
  const parts = functionParts(async (call) => {
    calls.push(call);
    return DONE;
  });
  const headers = { 'x-api-key': 'good', accept };
  const event = httpEvent({ headers, body: JSON.stringify({ task: 'Do it.', ...asked }) });
  await invokeStreaming(runAgent({ ...parts, config }), event, lambda);
  return calls[0]?.limitMs;
};

const limitOfMessage = async (stream: boolean): Promise<number | undefined> => {
  const calls: MessageCall[] = [];
  const parts = functionParts(() => Promise.reject(new Error('no run')));
  const callMessages = async (call: MessageCall) => {
    calls.push(call);
    return Promise.reject(new Error('enough'));
  };
  const principal = await parts.authenticator.authenticate('good');
  const authenticator = { authenticate: async () => ({ ...principal, scopes: ['messages:write'] as const }) };
  const asked = { model: 'claude-haiku-5-5', max_tokens: 5, stream, messages: [{ role: 'user', content: 'x' }] };
  const event = httpEvent({ path: '/v1/messages', body: JSON.stringify(asked) });
  await invokeStreaming(messages({ ...parts, config, authenticator, callMessages }), event, lambda);
  return calls[0]?.limitMs;
};

describe('API Gateway never cuts an answer for its silence', () => {
  it('what answers in one piece has ended before, its books and its failure included', async () => {
    expect(ANSWER_WITHIN_MS + RESERVE_MS).toBeLessThan(CUT_MS);
    expect(await limitOfRun('application/json')).toBe(ANSWER_WITHIN_MS);
    expect(await limitOfRun('application/json', { timeoutMs: 600_000 })).toBe(ANSWER_WITHIN_MS);
    expect(await limitOfRun('application/json', { timeoutMs: 60_000 })).toBe(60_000);
    expect(await limitOfMessage(false)).toBe(ANSWER_WITHIN_MS);
  });

  it('what streams may take all of its time, since it says that it is alive', async () => {
    expect(await limitOfRun('text/event-stream')).toBe(LONG_MS);
    expect(await limitOfMessage(true)).toBe(LONG_MS);
    expect(QUIET_MS).toBeLessThan(CUT_MS);
  });
});

describe('a run that is told as events', () => {
  const waiting = () => {
    const clock = createFakeClock();
    const failures: unknown[] = [];
    const run = Promise.withResolvers<RunAnswer>();
    const telling: RunTelling = { clock, requestId: 'req_1', failed: (error) => failures.push(error) };
    const head = runAsEvents(() => run.promise, telling);
    return { clock, run, head, failures };
  };

  it('is begun to be told before anybody gives up, though it still waits to be let in', async () => {
    const { clock, head, run } = waiting();
    const settled = Promise.race([head.then(() => 'out'), Promise.resolve('held')]);
    expect(await settled).toBe('held');
    await clock.advance(QUIET_MS);
    const { statusCode, body } = await head;
    expect(statusCode).toBe(200);
    run.resolve(DONE);
    const said = await text(body as NodeJS.ReadableStream);
    expect(said).toMatch(/^event: ping\n[^]*event: run.succeeded\n/);
  });

  it('tells a refusal that comes after that as its last event', async () => {
    const { clock, head, run, failures } = waiting();
    await clock.advance(QUIET_MS);
    run.reject(new Error('no room'));
    const said = await text((await head).body as NodeJS.ReadableStream);
    expect(said).toContain('event: run.failed\n');
    expect(failures).toHaveLength(1);
  });

  it('that is refused before has the status of its refusal', async () => {
    const { clock, head, run } = waiting();
    run.reject(new Error('no room'));
    await expect(head).rejects.toThrow('no room');
    await clock.advance(CUT_MS);
  });
});
