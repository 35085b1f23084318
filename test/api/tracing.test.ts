import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bookedName, pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import { readTraceparent, spanIdOf } from '../../lib/kernel/ids/trace-context.ts';
import { parseUsd, sum } from '../../lib/kernel/money.ts';
import { type ReceivedSpan, startOtlpReceiver } from '../telemetry/tracing/otlp-receiver.ts';
import { reply, status, toolCalls } from '../upstream/answers.ts';
import { type Caller, type FleetOfOne, startFleetOfOne } from './fleet.ts';

const CALLER = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) };
const CANARY = 'canary-7f3a';

let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;
let weather: ReturnType<typeof createServer>;
const askedForWeather: IncomingHttpHeaders[] = [];
let fleet: FleetOfOne;
let caller: Caller;
beforeAll(async () => {
  weather = createServer((request, response) => {
    askedForWeather.push(request.headers);
    response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => weather.listen(0, '127.0.0.1', resolve));
  receiver = await startOtlpReceiver();
  fleet = await startFleetOfOne({
    LOG_LEVEL: 'WARN',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20otlp-canary',
    OPEN_METEO_BASE_URL: `http://127.0.0.1:${(weather.address() as AddressInfo).port}`,
  });
  caller = await fleet.addTenant();
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
  weather.close();
});

interface Line {
  readonly message: string;
  readonly requestId?: string;
  readonly runId?: string;
  readonly traceId?: string;
  readonly [field: string]: unknown;
}
const printed = () => fleet.servers[0].printed();
const lines = (): Line[] =>
  printed()
    .split('\n')
    .filter((line) => line.startsWith('{"level"'))
    .map((line) => JSON.parse(line) as Line);
const linesOf = (requestId: string | null) => lines().filter((line) => line.requestId === requestId);

const spansOf = async (
  traceId: string,
  isWhole: (spans: readonly ReceivedSpan[]) => boolean,
): Promise<ReceivedSpan[]> => {
  const found = () => receiver.spans.filter((span) => span.traceId === traceId);
  await expect.poll(() => isWhole(found())).toBe(true);
  return found();
};
const has =
  (...names: readonly string[]) =>
  (spans: readonly ReceivedSpan[]): boolean =>
    names.every((name) => spans.some((span) => span.name === name));
const named = (spans: readonly ReceivedSpan[], name: string) => spans.find((span) => span.name === name);
const costOf = (spans: readonly ReceivedSpan[]) =>
  sum(spans.map(({ attributes }) => parseUsd((attributes['ballast.cost_usd'] ?? '0') as string)));
const tokensOf = (spans: readonly ReceivedSpan[], name: string) =>
  spans.reduce((total, { attributes }) => total + Number(attributes[`gen_ai.usage.${name}`] ?? 0), 0);
const at = (index: number) => fleet.upstream.requests.at(index)?.headers['traceparent'] as string | undefined;

interface Answer {
  readonly runId: string;
  readonly usage: Readonly<Record<string, number>> & { readonly costUsd: string };
}

describe('a run', () => {
  it('is one trace with its caller, its attempts and its tools, whose usage is that of the answer', async () => {
    fleet.upstream.script('*', [
      status(529),
      toolCalls([{ name: 'get_weather', input: { location: 'Oslo' } }], { usage: { read: 70, write5m: 30 } }),
      reply('Rain.', { usage: { write1h: 11 } }),
    ]);
    const headers = { traceparent: `00-${CALLER.traceId}-${CALLER.spanId}-01` };
    const response = await caller.run({ task: `Weather? ${CANARY}` }, headers);
    const { runId, usage } = (await response.json()) as Answer;
    const requestId = response.headers.get('request-id') ?? '';

    const spans = await spansOf(CALLER.traceId, has('POST /agent/run'));
    const attempts = spans.filter(({ name }) => name === 'chat claude-sonnet-5-5');
    const tool = named(spans, 'execute_tool get_weather');
    expect(named(spans, 'POST /agent/run')).toMatchObject({ parentSpanId: CALLER.spanId, spanId: spanIdOf(requestId) });
    expect(named(spans, 'invoke_agent assistant')).toMatchObject({
      parentSpanId: spanIdOf(requestId),
      spanId: spanIdOf(runId),
    });
    expect(attempts.map(({ parentSpanId, status: { code } }) => [parentSpanId, code])).toEqual([
      [spanIdOf(runId), 2],
      [spanIdOf(runId), 0],
      [spanIdOf(runId), 0],
    ]);
    expect(tool).toMatchObject({ parentSpanId: spanIdOf(runId) });
    expect(spans).toHaveLength(6);

    expect(costOf(spans)).toBe(parseUsd(usage.costUsd));
    const { inputTokens = 0, cacheReadInputTokens = 0, cacheCreationInputTokens = 0, outputTokens } = usage;
    expect(tokensOf(spans, 'input_tokens')).toBe(inputTokens + cacheReadInputTokens + cacheCreationInputTokens);
    expect(tokensOf(spans, 'output_tokens')).toBe(outputTokens);
    expect(tokensOf(spans, 'cache_read.input_tokens')).toBe(cacheReadInputTokens);
    expect(tokensOf(spans, 'cache_creation.input_tokens')).toBe(cacheCreationInputTokens);

    // Each attempt and the tool's own request say which span they are.
    const sent = [-3, -2, -1].map((index) => readTraceparent(at(index)));
    expect(sent).toEqual(attempts.map(({ spanId }) => ({ traceId: CALLER.traceId, parentId: spanId, sampled: true })));
    expect(readTraceparent(askedForWeather[0]?.['traceparent'] as string)).toMatchObject({
      traceId: CALLER.traceId,
      parentId: tool?.spanId,
    });
  });

  it('is found by the request-id of its answer, at the level of prod, with what it came to', async () => {
    fleet.upstream.script('*', [status(529), reply('Hi.')]);
    const response = await caller.run({ task: CANARY });
    const { runId, usage } = (await response.json()) as Answer;
    const requestId = response.headers.get('request-id');
    await expect.poll(() => linesOf(requestId).map(({ message }) => message)).toContain('request');
    const own = linesOf(requestId);
    expect(own.map(({ message }) => message).toSorted()).toEqual([
      'model attempted',
      'model retried',
      'request',
      'run finished',
    ]);
    expect(new Set(own.map((line) => line.traceId)).size).toBe(1);
    expect(new Set(own.map((line) => line.runId))).toEqual(new Set([runId]));
    expect(own.find(({ message }) => message === 'request')).toMatchObject({
      function: 'run-agent',
      route: '/agent/run',
      status: 200,
      tenantId: caller.tenantId,
      model: 'claude-sonnet-5-5',
      modelAttempts: 2,
      inputTokens: usage['inputTokens'],
      costUsd: usage.costUsd,
    });
    expect(own.find(({ message }) => message === 'run finished')).toMatchObject({
      agent: 'assistant',
      status: 'succeeded',
      model: 'claude-sonnet-5-5',
      modelCalls: 1,
      outputTokens: usage['outputTokens'],
      costUsd: usage.costUsd,
    });
  });

  it('that goes on by itself stays in the trace of the request that submitted it', async () => {
    fleet.upstream.script('*', [toolCalls([{ name: 'current_time' }]), reply('Noon.')]);
    const traceId = '12'.repeat(16);
    const response = await caller.ask('/agent/runs', {
      method: 'POST',
      headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-${CALLER.spanId}-01` },
      body: JSON.stringify({ task: CANARY }),
    });
    const { runId } = (await response.json()) as Answer;
    const requestId = response.headers.get('request-id') ?? '';
    const spans = await spansOf(traceId, has('POST /agent/runs', 'invoke_agent assistant'));
    expect(named(spans, 'invoke_agent assistant')).toMatchObject({
      spanId: spanIdOf(runId),
      parentSpanId: spanIdOf(requestId),
    });
    expect(spans.filter(({ name }) => name.startsWith('chat')).map((span) => span.parentSpanId)).toEqual([
      spanIdOf(runId),
      spanIdOf(runId),
    ]);
    expect(named(spans, 'execute_tool current_time')).toMatchObject({ parentSpanId: spanIdOf(runId) });
    const finished = () => lines().find((line) => line.message === 'run finished' && line.runId === runId);
    await expect.poll(finished).toMatchObject({ requestId, traceId, function: 'execute-run' });
  });

  it('is named, with its end user and by its pseudonym, on the lines of those who look at it or steer it', async () => {
    fleet.upstream.script('*', [reply('Noon.')]);
    const post = (body?: object) => ({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const begun = await caller.ask('/agent/run', post({ task: CANARY, userId: 'ada', sessionId: 'lines' }));
    const { runId } = (await begun.json()) as Answer;
    const user = bookedName(pseudonymOf('ada'));
    const asked: [string, RequestInit?][] = [
      [`/agent/runs/${runId}`],
      [`/agent/runs/${runId}/trace`],
      [`/agent/runs/${runId}/events`],
      [`/agent/runs/${runId}/cancel`, post()],
    ];
    for (const [path, init] of asked) {
      const answer = await caller.ask(path, init);
      await answer.text();
      const requestId = answer.headers.get('request-id');
      await expect.poll(() => linesOf(requestId), { message: path }).toHaveLength(1);
      expect(linesOf(requestId), path).toMatchObject([{ agent: 'assistant', user }]);
    }
    const session = await caller.ask('/sessions/lines?userId=ada');
    expect(session.status).toBe(200);
    const requestId = session.headers.get('request-id');
    await expect.poll(() => linesOf(requestId)).toMatchObject([{ user }]);
  });
});

const ask = (headers: Readonly<Record<string, string>> = {}) =>
  caller.ask('/v1/messages', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01', ...headers },
    body: JSON.stringify({ model: 'claude-haiku-4-5', max_tokens: 100, messages: [{ role: 'user', content: CANARY }] }),
  });

describe('a call of the gateway', () => {
  it('is a trace of its own, with its attempt on the request, and a line that has its usage', async () => {
    fleet.upstream.script('*', [reply('Hi.')]);
    const response = await ask();
    expect(response.status).toBe(200);
    const requestId = response.headers.get('request-id');
    await expect.poll(() => linesOf(requestId)).toHaveLength(1);
    const [line] = linesOf(requestId);
    expect(line).toMatchObject({ message: 'request', model: 'claude-haiku-4-5', modelAttempts: 1, inputTokens: 100 });
    const spans = await spansOf(String(line?.traceId), has('POST /v1/messages'));
    expect(named(spans, 'chat claude-haiku-4-5')).toMatchObject({ parentSpanId: spanIdOf(requestId ?? '') });
    expect(readTraceparent(at(-1))?.traceId).toBe(line?.traceId);
  });

  it('is not recorded where its caller’s trace is not, and says so further on', async () => {
    const traceId = '34'.repeat(16);
    await ask({ traceparent: `00-${traceId}-${CALLER.spanId}-00` });
    expect(readTraceparent(at(-1))).toMatchObject({ traceId, sampled: false });
    await ask({ traceparent: `00-${'56'.repeat(16)}-${CALLER.spanId}-01` });
    await spansOf('56'.repeat(16), has('POST /v1/messages'));
    expect(receiver.spans.filter((span) => span.traceId === traceId)).toEqual([]);
  });

  it('has its last byte before the receiver, which is slow, has answered or is given up', async () => {
    // Whatever was sent before.
    await expect.poll(() => receiver.requests.length - receiver.ended()).toBe(0);
    const before = receiver.ended();
    receiver.become('hangs');
    const answers = await Promise.all([ask(), ask(), ask()]);
    const texts = await Promise.all(answers.map((each) => each.text()));
    expect(receiver.ended()).toBe(before);
    expect(answers.map(({ status: code }) => code)).toEqual([200, 200, 200]);
    for (const text of texts) expect(JSON.parse(text)).toMatchObject({ stop_reason: 'end_turn' });
    await expect.poll(() => receiver.requests.length).toBeGreaterThan(before);
    receiver.become('takes');
  });
});

it('no span, no line and no header of it has what was asked or a key', () => {
  const sent = receiver.requests.map(({ body }) => body).join('\n');
  expect(sent).not.toContain(CANARY);
  expect(sent).not.toContain(caller.key);
  expect(printed()).not.toContain(CANARY);
  expect(printed()).not.toContain('otlp-canary');
  expect(receiver.requests[0]?.headers).toMatchObject({ authorization: 'Bearer otlp-canary' });
});
