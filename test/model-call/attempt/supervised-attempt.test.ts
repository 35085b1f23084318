import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../../lib/model-call/outcome.ts';
import {
  malformedJson,
  neverAnswer,
  rawStream,
  reply,
  resetBeforeHeaders,
  type ScriptedAnswer,
  status,
  toolCalls,
} from '../../upstream/answers.ts';
import {
  endAfter,
  errorEventAfter,
  gatedBefore,
  inChunksOf,
  malformedAfter,
  pingsOnly,
  resetAfter,
  stallAfter,
  withoutEvent,
} from '../../upstream/broken.ts';
import { createGate } from '../../upstream/gate.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../../upstream/start-scripted-upstream.ts';
import { attemptOf, LIMITS, REQUEST, setting } from '../parts.ts';

let upstream: ScriptedUpstream;
beforeEach(async () => {
  upstream = await startScriptedUpstream();
});
afterEach(() => upstream.close());

const faultOf = (outcome: Outcome) => {
  if (outcome.ok) throw new Error('an answer where a fault was expected');
  return outcome.fault;
};
const ask = (parts = setting(upstream.url)) => attemptOf(parts)(REQUEST, parts.context);

it('that asks for no output comes as a whole, however long its prompt is read, up to the deadline', async () => {
  const gate = createGate();
  const slow: ScriptedAnswer = (asked) => [{ do: 'await', arrive: gate.arrive }, ...reply([])(asked)];
  upstream.script('*', [slow]);
  const filling = { ...REQUEST, max_tokens: 0 };
  const [patient, late] = [setting(upstream.url), setting(upstream.url)];
  const answering = attemptOf(patient)(filling, patient.context);
  const ending = attemptOf(late)(filling, late.context);
  await upstream.seen(2);
  await patient.clock.advance(119_000);
  await late.clock.advance(120_000);
  expect(faultOf(await ending)).toMatchObject({ kind: 'deadline' });
  gate.open();
  expect(await answering).toMatchObject({ ok: true, message: { content: [] } });
});

const sent = (type: string, members: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
const started = (message: object): string =>
  sent('message_start', { message: { id: 'msg', type: 'message', role: 'assistant', model: 'claude', ...message } });
const block = (content: object): string => sent('content_block_start', { index: 0, content_block: content });

describe('a whole answer', () => {
  it('is put together from its stream, its text passed on as it comes, its usage exact', async () => {
    const parts = setting(upstream.url);
    const usage = { input: 11, output: 7, read: 5, write5m: 3, write1h: 2 };
    upstream.script('*', [inChunksOf(1, reply('Ballast keeps a ship upright: 船 🚢 مرحبا', { usage }))]);
    const outcome = await ask(parts);
    expect(outcome).toMatchObject({ ok: true, message: { stop_reason: 'end_turn' } });
    expect(parts.sink.heard.join('')).toBe('Ballast keeps a ship upright: 船 🚢 مرحبا');
    expect(outcome.metered).toMatchObject({
      estimated: null,
      upstreamRequestId: 'req_upstream_1',
      tokens: {
        inputTokens: 11,
        outputTokens: 7,
        cacheReadInputTokens: 5,
        cacheWrite5mInputTokens: 3,
        cacheWrite1hInputTokens: 2,
      },
    });
    expect(upstream.requests[0]?.body).toMatchObject({ stream: true });
  });

  it('holds parallel tool calls with their inputs', async () => {
    const input = { a: { b: ['{"', 1.5, null] } };
    upstream.script('*', [toolCalls([{ name: 'one', input }, { name: 'two' }], { text: 'First.' })]);
    const outcome = await ask();
    if (!outcome.ok) throw outcome.fault.error;
    expect(outcome.message.content.map((block) => ('input' in block ? [block.name, block.input] : block.type))).toEqual(
      ['text', ['one', input], ['two', {}]],
    );
  });

  it('is whole once its stop reason is known, even if the stream ends without message_stop', async () => {
    upstream.script('*', [withoutEvent('message_stop', reply('done'))]);
    expect(await ask()).toMatchObject({ ok: true, message: { content: [{ text: 'done' }] } });
  });

  it('does not wait for a body that is never closed', async () => {
    const parts = setting(upstream.url);
    upstream.script('*', [stallAfter(7, reply('done'))]);
    const asked = ask(parts);
    await upstream.seen(1);
    while (parts.sink.heard.length === 0) await parts.clock.advance(0);
    await parts.clock.advance(200);
    expect(await asked).toMatchObject({ ok: true });
  });

  it('gives its connection back, so that many calls need few', async () => {
    const parts = setting(upstream.url);
    for (let call = 0; call < 20; call += 1) await ask(parts);
    expect(upstream.sockets.opened).toBeLessThanOrEqual(2);
  });

  it('leaves no timer behind', async () => {
    const parts = setting(upstream.url);
    await ask(parts);
    parts.context.bounds.deadline[Symbol.dispose]();
    await parts.clock.advance(1_000);
    expect(parts.clock.pending).toBe(0);
  });
});

describe('a fault', () => {
  it.each([
    [400, 'invalid-request', 'invalid-request'],
    [401, 'credential', 'upstream-error'],
    [403, 'forbidden', 'forbidden'],
    [404, 'unknown-model', 'invalid-request'],
    [408, 'server-error', 'upstream-error'],
    [409, 'server-error', 'upstream-error'],
    [413, 'invalid-request', 'payload-too-large'],
    [422, 'invalid-request', 'invalid-request'],
    [429, 'rate-limited', 'rate-limited'],
    [500, 'server-error', 'upstream-error'],
    [503, 'overloaded', 'upstream-overloaded'],
    [504, 'server-error', 'upstream-timeout'],
    [529, 'overloaded', 'upstream-overloaded'],
  ])('of status %i is %s, becomes %s, and costs nothing', async (code, kind, told) => {
    upstream.script('*', [status(code)]);
    const outcome = await ask();
    expect(faultOf(outcome)).toMatchObject({ kind, status: code, error: { code: told } });
    expect(outcome.metered).toMatchObject({ estimated: null, tokens: { inputTokens: 0, outputTokens: 0 } });
    expect(upstream.requests).toHaveLength(1);
  });

  it('carries the upstream’s own delay', async () => {
    upstream.script('*', [status(429, { headers: { 'retry-after': '7' } })]);
    expect(faultOf(await ask())).toMatchObject({ retryAfterMs: 7_000, error: { retryAfterMs: 7_000 } });
  });

  it.each([
    ['a stream that ends cleanly before its end', endAfter(4, reply('half a story')), 'cut', true],
    ['a stream that is reset before its end', resetAfter(4, reply('half a story')), 'cut', true],
    ['a stream that ends before its content', endAfter(1, reply('x')), 'cut', false],
    ['an event that is no JSON', malformedAfter(3, reply('x')), 'malformed', true],
    ['a body that is no stream', malformedJson(), 'cut', false],
    ['an overloaded error first', errorEventAfter(0, reply('x')), 'overloaded', false],
    ['an overloaded error in the middle', errorEventAfter(4, reply('x')), 'overloaded', true],
    ['a reset before the headers', resetBeforeHeaders(), 'connection', false],
    [
      'an event of a block that never began',
      rawStream(['event: message_stop\ndata: {"type":"message_stop"}\n\n']),
      'malformed',
      false,
    ],
    ['a beginning without anything after it', rawStream([started({ content: [] })]), 'cut', false],
    [
      'a beginning without a stop reason, which is not an end',
      rawStream([
        started({ content: [], usage: { input_tokens: 5, output_tokens: 1 } }),
        block({ type: 'text', text: 'x' }),
      ]),
      'cut',
      true,
    ],
    [
      'a tool input without its end',
      rawStream([
        started({ content: [], stop_reason: null, usage: { input_tokens: 5, output_tokens: 1 } }),
        block({ type: 'tool_use', id: 'toolu_1', name: 'look', input: {} }),
        sent('content_block_delta', { index: 0, delta: { type: 'input_json_delta', partial_json: '{"at":1}' } }),
        sent('message_delta', { delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 3 } }),
        sent('message_stop', {}),
      ]),
      'malformed',
      true,
    ],
  ])('%s is told as one', async (_title, answer, kind, contentSeen) => {
    upstream.script('*', [answer]);
    expect(faultOf(await ask())).toMatchObject({ kind, contentSeen });
  });

  it('is a refused connection, never sent and so never billed', async () => {
    const gone = await startScriptedUpstream();
    await gone.close();
    const outcome = await ask(setting(gone.url));
    expect(faultOf(outcome)).toMatchObject({ kind: 'connection', error: { code: 'upstream-error' } });
    expect(outcome.metered.estimated).toBeNull();
  });

  it('of a caller whose time is up is never sent, never billed', async () => {
    const parts = setting(upstream.url, { deadlineMs: 1_000 });
    await parts.clock.advance(1_000);
    const outcome = await attemptOf(parts)(REQUEST, parts.context);
    expect(faultOf(outcome)).toMatchObject({ kind: 'deadline' });
    expect(outcome.metered).toMatchObject({ estimated: null, tokens: { inputTokens: 0 } });
    expect(upstream.requests).toEqual([]);
  });

  it('of a key that cannot be had is never sent, never billed, and the service’s own', async () => {
    const parts = setting(upstream.url);
    const { key: _, ...keyless } = parts.context;
    const outcome = await attemptOf(parts)(REQUEST, keyless);
    expect(faultOf(outcome)).toMatchObject({ kind: 'credential', error: { code: 'upstream-error' } });
    expect(outcome.metered).toMatchObject({ estimated: null, tokens: { inputTokens: 0 } });
    expect(upstream.requests).toEqual([]);
  });

  it.each(['http://127.0.0.1:9', 'https://127.0.0.1:1'])(
    'of %s, where nothing was reached, is not billed',
    async (url) => {
      expect((await ask(setting(url))).metered.estimated).toBeNull();
    },
  );

  it('of TLS is not billed', async () => {
    const outcome = await ask(setting(upstream.url.replace('http:', 'https:')));
    expect(faultOf(outcome).kind).toBe('connection');
    expect(outcome.metered.estimated).toBeNull();
  });

  it('in the first event leaves the input possibly billed', async () => {
    upstream.script('*', [rawStream(['event: message_start\ndata: {"type":"content_block_start"}\n\n'])]);
    const outcome = await ask();
    expect(faultOf(outcome).kind).toBe('malformed');
    expect(outcome.metered.estimated).toBe('unanswered');
  });

  it.each([
    [0, null],
    [1, 'cut'],
  ] as const)('in an `error` event after %i others is billed as %j', async (after, estimated) => {
    upstream.script('*', [errorEventAfter(after, reply('x', { usage: { input: 40, output: 9 } }))]);
    const { metered } = await ask();
    expect(metered).toMatchObject({ estimated, tokens: { inputTokens: after === 0 ? 0 : 40 } });
  });

  it('hands on the text that it had passed on', async () => {
    const parts = setting(upstream.url);
    upstream.script('*', [endAfter(5, reply('half a story'))]);
    expect(await ask(parts)).toMatchObject({ ok: false, partial: parts.sink.heard.join('') });
    expect(parts.sink.heard.join('')).not.toBe('');
  });

  it('books what was seen of a cut answer, and marks it', async () => {
    upstream.script('*', [endAfter(6, reply('x'.repeat(300), { usage: { input: 40, output: 900 } }))]);
    const parts = setting(upstream.url);
    const { metered } = await ask(parts);
    const bytes = parts.sink.heard.join('').length;
    expect(bytes).toBeGreaterThan(30);
    expect(metered.estimated).toBe('cut');
    // A token a byte: for an upstream that did not live to say its own count.
    expect(metered.tokens).toMatchObject({ inputTokens: 40, outputTokens: bytes });
    expect(metered).toMatchObject({ givenUp: false, sight: { open: 'text', silentMs: 0, heldMs: 0, broken: false } });
  });

  it('marks an attempt that was sent and never answered', async () => {
    upstream.script('*', [resetBeforeHeaders()]);
    expect((await ask()).metered).toMatchObject({ estimated: 'unanswered', givenUp: false });
  });
});

describe('an upstream that is too slow', () => {
  const ended = async (parts: ReturnType<typeof setting>, asked: Promise<Outcome>) => {
    let done = false;
    void asked.finally(() => (done = true));
    const startedAt = parts.clock.now();
    while (!done) await parts.clock.advance(1_000);
    return { outcome: await asked, afterMs: parts.clock.now() - startedAt };
  };

  it('and never answers is given up at the limit of the first content', async () => {
    const parts = setting(upstream.url);
    upstream.script('*', [neverAnswer()]);
    const asked = ask(parts);
    await upstream.seen(1);
    const { outcome, afterMs } = await ended(parts, asked);
    expect(faultOf(outcome)).toMatchObject({ kind: 'no-content', error: { code: 'upstream-timeout' } });
    expect(afterMs).toBeGreaterThanOrEqual(LIMITS.firstContentMs);
    expect(afterMs).toBeLessThanOrEqual(LIMITS.firstContentMs + 2_000);
    await upstream.aborted(0);
  });

  it.each([
    ['no-content', 120_000],
    ['deadline', 5_000],
    ['cancelled', 120_000],
  ] as const)('and never answers may have billed the input, where it ends as %s', async (kind, deadlineMs) => {
    const parts = setting(upstream.url, { deadlineMs });
    upstream.script('*', [neverAnswer()]);
    const asked = ask(parts);
    await upstream.seen(1);
    if (kind === 'cancelled') parts.leave.abort();
    const { outcome } = await ended(parts, asked);
    expect(faultOf(outcome).kind).toBe(kind);
    expect(outcome.metered).toMatchObject({ estimated: 'unanswered', givenUp: true });
  });

  it('and stalls before its content is not saved by message_start and ping', async () => {
    const parts = setting(upstream.url);
    const gate = createGate();
    upstream.script('*', [gatedBefore(2, gate, reply('late'))]);
    const asked = ask(parts);
    await gate.reached;
    expect(faultOf((await ended(parts, asked)).outcome).kind).toBe('no-content');
  });

  it('and stalls in the middle is given up at the idle limit', async () => {
    const parts = setting(upstream.url);
    upstream.script('*', [stallAfter(4, reply('half'))]);
    const asked = ask(parts);
    while (parts.sink.heard.length === 0) await parts.clock.advance(0);
    const { outcome, afterMs } = await ended(parts, asked);
    expect(faultOf(outcome)).toMatchObject({ kind: 'stalled', contentSeen: true, error: { code: 'upstream-timeout' } });
    expect(afterMs).toBeLessThanOrEqual(LIMITS.idleMs + 2_000);
  });

  it('and only pings is given up at ten limits of the first content', async () => {
    const parts = setting(upstream.url, { deadlineMs: 20 * LIMITS.firstContentMs });
    upstream.script('*', [pingsOnly(1, reply('never'))]);
    const asked = ask(parts);
    await upstream.seen(1);
    expect(faultOf((await ended(parts, asked)).outcome).kind).toBe('no-content');
  });

  it('is given up at the deadline, whatever its own limits are', async () => {
    const parts = setting(upstream.url, { deadlineMs: 5_000 });
    upstream.script('*', [neverAnswer()]);
    const asked = ask(parts);
    await upstream.seen(1);
    const { outcome, afterMs } = await ended(parts, asked);
    expect(faultOf(outcome)).toMatchObject({ kind: 'deadline', error: { code: 'upstream-timeout' } });
    expect(afterMs).toBeLessThanOrEqual(6_000);
  });

  it('is left at once when the caller leaves', async () => {
    const parts = setting(upstream.url);
    upstream.script('*', [stallAfter(4, reply('half'))]);
    const asked = ask(parts);
    await upstream.seen(1);
    parts.leave.abort();
    expect(faultOf(await asked).kind).toBe('cancelled');
    await upstream.aborted(0);
  });
});
