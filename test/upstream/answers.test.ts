import Anthropic from '@anthropic-ai/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asking, clientOf, finalMessage, rejection, textOf } from '../local/simulated-claude/ask.ts';
import { malformedJson, reply, resetBeforeHeaders, status, toolCalls } from './answers.ts';
import { type ScriptedUpstream, startScriptedUpstream } from './start-scripted-upstream.ts';

let upstream: ScriptedUpstream;
let client: Anthropic;
beforeEach(async () => {
  upstream = await startScriptedUpstream();
  client = clientOf(upstream.url);
});
afterEach(() => upstream.close());

/** The same answer by JSON and by stream. */
const both = async () => [await client.messages.create(asking('x')), await finalMessage(client, asking('x'))] as const;

describe('a complete answer', () => {
  it('has the chosen text, usage and stop reason', async () => {
    const usage = { input: 7, output: 9, read: 5, write5m: 3, write1h: 2 };
    upstream.script('*', [reply('chosen', { usage, stopReason: 'stop_sequence', stopSequence: 'END' })]);
    for (const message of await both()) {
      expect(textOf(message)).toBe('chosen');
      expect(message).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'END' });
      expect(message.usage).toMatchObject({
        input_tokens: 7,
        output_tokens: 9,
        cache_read_input_tokens: 5,
        cache_creation_input_tokens: 5,
        cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 2 },
      });
    }
  });

  it.each(['end_turn', 'pause_turn', 'refusal', 'model_context_window_exceeded', 'something_new'])(
    'stops for %s',
    async (stopReason) => {
      upstream.script('*', [reply('x', { stopReason })]);
      for (const message of await both()) expect(message.stop_reason).toBe(stopReason);
    },
  );

  it('calls tools beside a text, under ids of their own', async () => {
    upstream.script('*', [toolCalls([{ name: 'a', input: { x: '🚢'.repeat(30) } }, { name: 'b' }], { text: 'first' })]);
    const ids: string[] = [];
    for (const message of await both()) {
      expect(message.stop_reason).toBe('tool_use');
      expect(message.content).toMatchObject([
        { type: 'text', text: 'first' },
        { type: 'tool_use', name: 'a', input: { x: '🚢'.repeat(30) } },
        { type: 'tool_use', name: 'b', input: {} },
      ]);
      ids.push(...message.content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : [])));
    }
    expect(new Set(ids).size).toBe(4);
  });

  it('has several blocks, thinking among them', async () => {
    const blocks = [
      { type: 'thinking' as const, thinking: 'hm '.repeat(20), signature: 'sig' },
      { type: 'text' as const, text: 'so', citations: null },
      { type: 'redacted_thinking' as const, data: 'xyz' },
    ];
    upstream.script('*', [reply(blocks)]);
    for (const message of await both()) expect(message.content).toEqual(blocks);
  });
});

describe('a failure before the stream', () => {
  it('has the chosen status, headers and body', async () => {
    upstream.script('*', [
      status(429, { headers: { 'retry-after': '3' }, message: 'slow down' }),
      status(503, { body: 'a page' }),
    ]);
    const limited = await rejection(client.messages.create({ ...asking('x'), stream: true }));
    expect(limited).toMatchObject({ status: 429, type: 'rate_limit_error', apiMessage: 'slow down' });
    expect((limited as InstanceType<typeof Anthropic.APIError>).headers?.get('retry-after')).toBe('3');
    expect(await rejection(client.messages.create(asking('x')))).toMatchObject({ status: 503, type: null });
    upstream.script('*', [status(400, { body: { type: 'error', error: { type: 'own', message: 'm' } } })]);
    expect(await rejection(client.messages.create(asking('x')))).toMatchObject({ status: 400, type: 'own' });
  });

  it('is a reset connection, or a body that is no JSON', async () => {
    upstream.script('*', [resetBeforeHeaders(), malformedJson()]);
    expect(await rejection(client.messages.create(asking('x')))).toBeInstanceOf(Anthropic.APIConnectionError);
    expect(await rejection(client.messages.create(asking('x')))).toBeInstanceOf(SyntaxError);
    expect(upstream.requests.map(({ aborted }) => aborted)).toEqual([false, false]);
  });
});
