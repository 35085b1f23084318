import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spanIdOf } from '../../../lib/kernel/ids/trace-context.ts';
import { label } from '../../../lib/kernel/redacted.ts';
import type { WorkContext } from '../../../lib/telemetry/context/work-context.ts';
import { createOtlpExport, headersIn, type OtlpOptions } from '../../../lib/telemetry/tracing/otlp.ts';
import type { RecordedEvent } from '../../../lib/telemetry/tracing/send-traces.ts';
import { systemClock } from '../../upstream/system-clock.ts';
import { SAMPLES } from '../events.ts';
import { startOtlpReceiver } from './otlp-receiver.ts';

let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;
beforeAll(async () => {
  receiver = await startOtlpReceiver();
});
afterAll(() => receiver[Symbol.asyncDispose]());

const TRACE = 'ab'.repeat(16);
const CALLER = 'cd'.repeat(8);
const AT = Date.UTC(2026, 10, 20, 12, 0, 1, 234);

const work = (over: Partial<WorkContext> = {}): WorkContext => ({
  function: label('run-agent'),
  coldStart: false,
  startedMs: 0,
  requestId: 'req_1',
  trace: { traceId: TRACE, sampled: true, parentId: CALLER },
  runId: 'run_01',
  ...over,
});

const exported = async (told: readonly RecordedEvent[], over: Partial<OtlpOptions> = {}) => {
  const { endpoint, spans } = receiver;
  const headers = async () => 'authorization=Bearer%20key';
  const send = createOtlpExport({
    endpoint,
    headers,
    clock: systemClock,
    stage: 'dev',
    version: '1.2.3',
    optIn: '',
    ...over,
  });
  spans.length = 0;
  await send(told);
  return [...spans];
};

describe('spans', () => {
  it('hang together: the caller’s, the request, the run, its attempts and tool calls', async () => {
    const types = ['request.finished', 'run.finished', 'model.attempted', 'tool.finished'] as const;
    const [request, run, attempt, tool] = await exported(
      types.map((type) => ({ event: SAMPLES[type], at: AT, work: work() })),
    );
    expect(request).toMatchObject({ traceId: TRACE, spanId: spanIdOf('req_1'), parentSpanId: CALLER, kind: 2 });
    expect(run).toMatchObject({ spanId: spanIdOf('run_01'), parentSpanId: spanIdOf('req_1'), kind: 1 });
    expect(attempt).toMatchObject({ spanId: spanIdOf('run_01:1:1'), parentSpanId: spanIdOf('run_01'), kind: 3 });
    expect(tool).toMatchObject({ spanId: spanIdOf('run_01:toolu_1'), parentSpanId: spanIdOf('run_01'), kind: 1 });
    expect([request, run, attempt, tool].map((span) => span?.name)).toEqual([
      'POST /agent/run',
      'invoke_agent assistant',
      'chat claude-sonnet-5-5',
      'execute_tool calculate',
    ]);
    expect(run?.resource).toEqual({
      'service.name': 'ballast',
      'service.version': '1.2.3',
      'deployment.environment.name': 'dev',
    });
    expect(request?.status.code).toBe(2);
    expect(attempt?.endTimeUnixNano).toBe(`${AT}000000`);
    expect(attempt?.startTimeUnixNano).toBe(`${AT - 130}000000`);
  });

  it('of a call without a run hang on the request, and one that begins a trace on nothing', async () => {
    const { runId: _, ...gateway } = work({ trace: { traceId: TRACE, sampled: true } });
    const [attempt, request] = await exported([
      { event: SAMPLES['model.attempted'], at: AT, work: gateway },
      { event: SAMPLES['request.finished'], at: AT, work: gateway },
    ]);
    expect(attempt?.parentSpanId).toBe(spanIdOf('req_1'));
    expect(request?.parentSpanId ?? '').toBe('');
  });

  it.each([
    ['', 'gen_ai.usage.cache_creation.input_tokens', 'gen_ai.usage.cache_write.input_tokens'],
    [
      'http, gen_ai_latest_experimental',
      'gen_ai.usage.cache_write.input_tokens',
      'gen_ai.usage.cache_creation.input_tokens',
    ],
  ])('tell usage in one spelling, with the input whole: %s', async (optIn, has, hasNot) => {
    const [attempt] = await exported([{ event: SAMPLES['model.attempted'], at: AT, work: work() }], { optIn });
    expect(attempt?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-sonnet-5-5',
      'gen_ai.response.finish_reasons': ['end_turn'],
      'gen_ai.usage.input_tokens': 4 + 3 + 533,
      'gen_ai.usage.output_tokens': 9,
      'gen_ai.usage.cache_read.input_tokens': 3,
      [has]: 533,
      'ballast.cost_usd': '0.0014305',
    });
    expect(attempt?.attributes).not.toHaveProperty(hasNot);
  });

  it('tell usage at the attempts alone, which viewers add up', async () => {
    const others = ['request.finished', 'run.finished', 'tool.finished'] as const;
    const spans = await exported(others.map((type) => ({ event: SAMPLES[type], at: AT, work: work() })));
    expect(JSON.stringify(spans.map(({ attributes }) => attributes))).not.toMatch(/usage|cost/);
  });

  it('tell what failed', async () => {
    const spans = await exported([
      { event: { ...SAMPLES['model.attempted'], outcome: label('overloaded') }, at: AT, work: work() },
      {
        event: { ...SAMPLES['tool.finished'], outcome: label('error'), error: label('TypeError') },
        at: AT,
        work: work(),
      },
      { event: { ...SAMPLES['tool.finished'], outcome: label('declined') }, at: AT, work: work() },
    ]);
    expect(spans.map(({ status, attributes }) => [status.code, attributes['error.type']])).toEqual([
      [2, 'overloaded'],
      [2, 'TypeError'],
      [0, undefined],
    ]);
  });

  it('go to /v1/traces with the headers of the secret', async () => {
    await exported([{ event: SAMPLES['tool.finished'], at: AT, work: work() }]);
    expect(receiver.requests.at(-1)).toMatchObject({ url: '/v1/traces', headers: { authorization: 'Bearer key' } });
  });

  it('are sent once more with the newer key where the receiver refuses the old one', async () => {
    receiver.lock('Bearer new');
    let value = 'authorization=Bearer%20old';
    let refreshes = 0;
    const keys = {
      headers: async () => value,
      refreshHeaders: async () => ((refreshes += 1), (value = 'authorization=Bearer%20new')),
    };
    const told = [{ event: SAMPLES['tool.finished'], at: AT, work: work() }];
    expect(await exported(told, keys)).toHaveLength(1);
    expect(refreshes).toBe(1);
    receiver.lock('Bearer newest');
    await expect(exported(told, keys)).rejects.toThrow();
    expect(refreshes).toBe(2);
    receiver.lock(null);
  });

  it('are an error where the receiver refuses them', async () => {
    receiver.become('refuses');
    await expect(exported([{ event: SAMPLES['tool.finished'], at: AT, work: work() }])).rejects.toThrow();
    receiver.become('takes');
  });
});

it.each([
  ['a=1,b=2', { a: '1', b: '2' }],
  ['authorization=Basic%20dXNlcg==', { authorization: 'Basic dXNlcg==' }],
  ['', {}],
  ['nonsense, =x, y=, z=%', { z: '%' }],
  ['{"authorization": "Bearer a,b", "x-team": "t"}', { authorization: 'Bearer a,b', 'x-team': 't' }],
  ['{"OTEL_EXPORTER_OTLP_HEADERS": "a=1,b=2"}', { a: '1', b: '2' }],
])('headers are read from %s', (text, headers) => {
  expect(headersIn(text)).toEqual(headers);
});

it.each(['{"canary"', '{}', '{"a": {"canary": 1}}', '{"a": 1}'])(
  'headers are not read from %s, and it is not quoted',
  (text) => {
    expect(() => headersIn(text)).toThrow(/^(?!.*canary)the secret with the headers of traces/);
  },
);

describe('content', () => {
  const KEY = `sk-ant-api03-${'A1b2'.repeat(24)}`;
  const content = {
    system: [{ type: 'text', text: 'Be brief.' }],
    messages: [
      { role: 'user', content: `My key is ${KEY}` },
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 'toolu_1', name: 'mail', input: { to: 'a@example.com' } }],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'sent' }] },
    ],
    answer: [{ type: 'text', text: 'Done.' }],
  };
  const told = { event: SAMPLES['model.attempted'], at: AT, work: work() };

  it('is there where it was kept, by the conventions, with secrets and personal data replaced', async () => {
    const [span] = await exported([{ ...told, content }]);
    const json = (name: string) => JSON.parse(String(span?.attributes[name])) as unknown;
    expect(json('gen_ai.system_instructions')).toEqual([{ type: 'text', content: 'Be brief.' }]);
    expect(json('gen_ai.input.messages')).toEqual([
      { role: 'user', parts: [{ type: 'text', content: 'My key is [REDACTED_API_KEY]' }] },
      {
        role: 'assistant',
        parts: [{ type: 'tool_call', id: 'toolu_1', name: 'mail', arguments: { to: '[REDACTED_EMAIL]' } }],
      },
      { role: 'user', parts: [{ type: 'tool_call_response', id: 'toolu_1', response: 'sent' }] },
    ]);
    expect(json('gen_ai.output.messages')).toEqual([
      { role: 'assistant', parts: [{ type: 'text', content: 'Done.' }] },
    ]);
  });

  it('of a long conversation is that of its newest messages', async () => {
    const messages = Array.from({ length: 100 }, (_, n) => ({ role: 'user', content: `${n} ${'word '.repeat(400)}` }));
    const [span] = await exported([{ ...told, content: { ...content, messages } }]);
    const kept = String(span?.attributes['gen_ai.input.messages']);
    expect(kept.length).toBeLessThanOrEqual(64_002);
    expect(JSON.parse(kept)).toHaveLength(31);
    expect(kept).toContain('"99 word');
  });

  it('is in no span where it was not', async () => {
    const [span] = await exported([told]);
    expect(Object.keys(span?.attributes ?? {}).filter((name) => /messages|instructions/.test(name))).toEqual([]);
  });
});
