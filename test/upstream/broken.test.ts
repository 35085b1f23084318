import Anthropic from '@anthropic-ai/sdk';
import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asking, clientOf, finalMessage, readStream, textOf } from '../local/simulated-claude/ask.ts';
import { createManualClock } from '../local/simulated-claude/manual-clock.ts';
import { errorData, rawStream, reply, type ScriptedAnswer } from './answers.ts';
import * as broken from './broken.ts';
import { createGate } from './gate.ts';
import { type ScriptedUpstream, startScriptedUpstream } from './start-scripted-upstream.ts';

let upstream: ScriptedUpstream;
let client: Anthropic;
beforeEach(async () => {
  upstream = await startScriptedUpstream();
  client = clientOf(upstream.url);
});
afterEach(() => upstream.close());

/** Eight events for the SDK, nine with the ping: three deltas of eight tokens each. */
const text = 'abcdefgh'.repeat(9);
const long = reply(text, { usage: { output: 24 } });

describe('a stream', () => {
  it.each<[string, ScriptedAnswer, number, unknown]>([
    ['is reset after its fifth event', broken.resetAfter(5, long), 4, Error],
    ['is reset right after the headers', broken.resetAfter(0, long), 0, Error],
    ['ends cleanly after its fifth event', broken.endAfter(5, long), 4, null],
    ['has one malformed event', broken.malformedAfter(4, long), 3, SyntaxError],
    ['has an error event first', broken.errorEventAfter(0, long), 0, Anthropic.APIError],
    ['has an error event in the middle', broken.errorEventAfter(4, long), 3, Anthropic.APIError],
    ['lacks its message_stop', broken.withoutEvent('message_stop', long), 7, null],
    ['lacks its ping', broken.withoutEvent('ping', broken.endAfter(2, long)), 1, null],
  ])('%s', async (_title, answer, events, error) => {
    upstream.script('*', [answer]);
    const streamed = await readStream(client, asking('x'));
    expect(streamed.types).toHaveLength(events);
    if (error) expect(streamed.error).toBeInstanceOf(error);
    else expect(streamed.error).toBeNull();
    expect(upstream.requests[0]?.aborted).toBe(false);
  });

  it('names its error by the status that it stands for', async () => {
    upstream.script('*', [broken.errorEventAfter(1, long, 500, 'inside')]);
    expect((await readStream(client, asking('x'))).error).toMatchObject({ type: 'api_error', apiMessage: 'inside' });
  });

  it.each<[string, ScriptedAnswer, string]>([
    ['stalls', broken.stallAfter(4, long), 'content_block_delta'],
    ['only pings', broken.pingsOnly(1, long), 'message_start'],
  ])('%s until the client leaves', async (_title, answer, last) => {
    upstream.script('*', [answer]);
    const gone = new AbortController();
    const stream = await client.messages.create({ ...asking('x'), stream: true }, { signal: gone.signal });
    const reader = stream[Symbol.asyncIterator]();
    let event: RawMessageStreamEvent | undefined;
    while (event?.type !== last) event = (await reader.next()).value as RawMessageStreamEvent;
    const next = reader.next();
    gone.abort();
    await upstream.aborted(0);
    expect(await next).toMatchObject({ done: true });
    expect(upstream.requests[0]?.sent).not.toContain('content_block_stop');
    expect(upstream.requests[0]?.billed).toMatchObject({ input: 100 });
  });

  it('arrives byte by byte as it arrives at once', async () => {
    upstream.script('*', [broken.inChunksOf(1, reply('héllo 🚢'))]);
    expect(textOf(await finalMessage(client, asking('x')))).toBe('héllo 🚢');
    expect(textOf(await client.messages.create(asking('x')))).toBe('héllo 🚢');
    const response = await fetch(`${upstream.url}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify({ stream: true }),
    });
    let chunks = 0;
    for await (const _chunk of response.body ?? []) chunks += 1;
    expect(chunks).toBeGreaterThan(500);
  });

  it('is whatever bytes a test gives it', async () => {
    const gate = createGate();
    upstream.script('*', [
      rawStream(
        ['event: err', 'or\ndata: ', gate, { pauseMs: 1 }, Buffer.from(`${errorData(529, 'raw')}\r\n\r\n`)],
        'hold',
      ),
    ]);
    const streamed = readStream(client, asking('x'));
    await gate.reached;
    expect(upstream.requests[0]?.sent).toEqual(['raw', 'raw']);
    gate.open();
    expect((await streamed).error).toMatchObject({ type: 'overloaded_error' });
  });

  it('is billed by what was sent of it', async () => {
    const gate = createGate();
    upstream.script('*', [broken.gatedBefore(4, gate, broken.resetAfter(5, long))]);
    const streamed = readStream(client, asking('x'));
    await gate.reached;
    expect(upstream.requests[0]?.billed).toMatchObject({ input: 100, output: 8 });
    gate.open();
    expect((await streamed).types).toHaveLength(4);
    expect(upstream.requests[0]?.billed).toMatchObject({ input: 100, output: 16 });
    expect(upstream.requests[0]?.sent.slice(0, 3)).toEqual(['message_start', 'ping', 'content_block_start']);
  });

  it('is reset only when the client has had time to read what came before', async () => {
    const clock = createManualClock();
    const held = await startScriptedUpstream(clock);
    held.script('*', [broken.resetAfter(4, long)]);
    const streamed = readStream(clientOf(held.url), asking('x'));
    clock.advance(await clock.timer());
    expect(await streamed).toMatchObject({ error: expect.any(Error) as unknown });
    expect((await streamed).types).toHaveLength(3);
    await held.close();
  });

  it('waits before its first content', async () => {
    const clock = createManualClock();
    const slow = await startScriptedUpstream(clock);
    slow.script('*', [broken.slowFirstContent(2000, long)]);
    const answer = finalMessage(clientOf(slow.url), asking('x'));
    expect(await clock.timer()).toBe(2000);
    expect(slow.requests[0]?.sent).toEqual(['message_start', 'ping']);
    clock.advance(2000);
    expect(textOf(await answer)).toBe(text);
    await slow.close();
  });
});
