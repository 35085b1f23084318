import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stretchedClock } from '../stretched.ts';
import { neverAnswer, reply, status, toolCalls } from '../upstream/answers.ts';
import { endAfter, gatedBefore } from '../upstream/broken.ts';
import { createGate } from '../upstream/gate.ts';
import { messagesOnly, type ScriptedUpstream, startScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import { allEvents, readEvents } from './sse.ts';
import { startServer, type TestServer } from './start-server.ts';

let upstream: ScriptedUpstream;
let server: TestServer;
beforeAll(async () => {
  upstream = await startScriptedUpstream(stretchedClock, messagesOnly);
  server = await startServer({
    ANTHROPIC_API_KEY: 'key',
    ANTHROPIC_BASE_URL: upstream.url,
    RETRY_BASE_DELAY_MS: '1',
    // These tests fail on purpose, all on one model: its circuit has tests of its own.
    CIRCUIT_FAILURE_THRESHOLD: '10000',
    OPEN_METEO_BASE_URL: 'http://127.0.0.1:1',
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await upstream.close();
});

const EVENTS = { accept: 'text/event-stream' };
const names = (events: readonly { event: string }[]) => events.map(({ event }) => event);

describe('a run as events', () => {
  it('tells what it does, and last the very answer that JSON gives', async () => {
    upstream.script('*', [
      toolCalls([{ name: 'calculate', input: { expression: '6*7' }, id: 'toolu_1' }], { text: 'Let me see. ' }),
      reply('It is 42.'),
    ]);
    const response = await server.run({ task: 'How much?' }, EVENTS);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const events = await allEvents(response);
    expect(names(events).filter((name) => name !== 'text.delta')).toEqual([
      'run.started',
      'model.started',
      'tool.started',
      'tool.finished',
      'model.started',
      'run.succeeded',
    ]);
    expect(events.find(({ event }) => event === 'tool.finished')?.data).toEqual({
      toolUseId: 'toolu_1',
      name: 'calculate',
      isError: false,
      durationMs: expect.any(Number) as number,
    });
    const text = events.filter(({ event }) => event === 'text.delta').map(({ data }) => data['text']);
    expect(text.join('')).toBe('Let me see. It is 42.');
    const last = events.at(-1)?.data;
    expect(last).toMatchObject({ status: 'succeeded', output: 'It is 42.', runId: events[0]?.data['runId'] });
    const json = (await (await server.ask(`/agent/runs/${String(last?.['runId'])}`)).json()) as object;
    expect(json).toMatchObject(last ?? {});
  });

  it('costs the same as JSON', async () => {
    const usage = { input: 1_234, output: 56, read: 789, write5m: 10, write1h: 11 };
    upstream.script('*', [reply('same', { usage })]);
    const json = (await (await server.run({ task: 'a' })).json()) as Record<string, unknown>;
    const events = await allEvents(await server.run({ task: 'a' }, EVENTS));
    expect(events.at(-1)?.data['usage']).toEqual(json['usage']);
  });

  it('passes each text on as it comes, not at the end', async () => {
    const gate = createGate();
    upstream.script('*', [gatedBefore(4, gate, reply('first and then the rest of it, which is longer'))]);
    const events = readEvents(await server.run({ task: 'a' }, EVENTS));
    let heard = '';
    while (heard === '') {
      const { value } = await events.next();
      if (value?.event === 'text.delta') heard += value.data['text'] as string;
    }
    gate.open();
    for await (const { event, data } of events) if (event === 'text.delta') heard += data['text'] as string;
    expect(heard).toBe('first and then the rest of it, which is longer');
  });

  it('takes the text of a cut answer back before it is made again', async () => {
    upstream.script('*', [endAfter(4, reply('a first try that is cut')), reply('whole')]);
    const events = await allEvents(await server.run({ task: 'a' }, EVENTS));
    let text = '';
    for (const { event, data } of events) {
      if (event === 'text.reset') text = '';
      if (event === 'text.delta') text += data['text'] as string;
    }
    expect(names(events)).toContain('text.reset');
    expect(text).toBe('whole');
    expect(events.at(-1)).toMatchObject({ event: 'run.succeeded', data: { output: 'whole' } });
  });

  it.each([
    ['the upstream', status(500), {}, 'upstream-error'],
    ['the deadline', neverAnswer(), { timeoutMs: 1_000 }, 'upstream-timeout'],
  ])('that fails by %s ends with exactly one run.failed, the problem', async (_title, answer, limits, code) => {
    upstream.script('*', [answer]);
    const response = await server.run({ task: 'a', ...limits }, EVENTS);
    const events = await allEvents(response);
    expect(names(events).filter((name) => /succeeded|failed/.test(name))).toEqual(['run.failed']);
    expect(events.at(-1)?.data).toMatchObject({
      code,
      requestId: response.headers.get('request-id'),
      runId: events[0]?.data['runId'],
      usage: { modelCalls: 0 },
    });
  });

  it.each([
    ['an unknown agent', { agent: 'nobody' }, 400],
    ['a limit that its first call would pass', { maxCostUsd: '0.000001' }, 402],
    ['an agent with approvals', { agent: 'clerk' }, 409],
    ['a model without a price', { model: 'claude-fable-5-2' }, 422],
    ['an unknown field', { nothing: 1 }, 400],
  ])('that is refused for %s has a status of its own', async (_title, over, expected) => {
    const response = await server.run({ task: 'a', ...over }, EVENTS);
    expect(response.status).toBe(expected);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });

  it('whose caller leaves in the middle is aborted upstream, and kept as cancelled', async () => {
    const gate = createGate();
    upstream.script('*', [gatedBefore(4, gate, reply('first and then never'))]);
    const before = upstream.requests.length;
    const leave = new AbortController();
    const response = await server.ask('/agent/run', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...EVENTS },
      body: '{"task":"a"}',
      signal: leave.signal,
    });
    const events = readEvents(response);
    const first = await events.next();
    await gate.reached;
    leave.abort();
    await upstream.aborted(before);
    const path = `/agent/runs/${String(first.value?.data['runId'])}`;
    await expect.poll(async () => (await server.ask(path)).status).toBe(200);
    expect(await (await server.ask(path)).json()).toMatchObject({ status: 'cancelled', usage: { inputTokens: 100 } });
  });
});
