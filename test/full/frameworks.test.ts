import { createAnthropic } from '@ai-sdk/anthropic';
import { ChatAnthropic } from '@langchain/anthropic';
import { type AIMessageChunk, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { generateText, isStepCount, jsonSchema, streamText, tool } from 'ai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { textBlock } from '../../local/simulated-claude/wire.ts';
import { type Caller, type Fleet, startFleet } from '../api/fleet.ts';
import { MODEL, paidOf } from '../gateway/ask.ts';
import { rejection } from '../local/simulated-claude/ask.ts';
import { describedFetch } from '../openapi/described-fetch.ts';
import { FULL } from '../sizes.ts';
import { reply, toolCalls } from '../upstream/answers.ts';
import { gatedBefore } from '../upstream/broken.ts';
import { createGate } from '../upstream/gate.ts';

/** Names of calls that ask what is not paid for; a version that has one is to be run with it. */
const UNPAID = /count_?tokens|(list|get|retrieve)_?models|^models$/i;

/** Everything that can be called on an object, by whichever class. */
const callsOf = (object: object | null): string[] =>
  object === null ? [] : [...Object.getOwnPropertyNames(object), ...callsOf(Object.getPrototypeOf(object) as object)];

/** Frameworks that stand in front of the API, each at its defaults but for a key and a URL. */
describe.skipIf(!FULL)('frameworks, pointed at Ballast', () => {
  let fleet: Fleet;
  let caller: Caller;
  beforeAll(async () => {
    fleet = await startFleet({ MAX_RETRIES: '0' });
  });
  afterAll(() => fleet[Symbol.asyncDispose]());
  beforeEach(async () => {
    caller = await fleet.addTenant();
  });

  const asked = () => paidOf(fleet.upstream.requests).at(-1);
  const THOUGHT = { type: 'thinking' as const, thinking: 'Six times seven.', signature: 'c2lnbmVk' };
  const CALL = { name: 'calculate', input: { expression: '6*7' }, id: 'toolu_1' };
  const SCHEMA = {
    type: 'object' as const,
    properties: { expression: { type: 'string' as const } },
    required: ['expression'],
  };

  describe('the Vercel AI SDK', () => {
    const model = () =>
      createAnthropic({ apiKey: caller.key, baseURL: `${fleet.servers[0].url}/v1`, fetch: describedFetch })(MODEL);
    const calculate = tool({
      description: 'Works out.',
      inputSchema: jsonSchema<{ expression: string }>(SCHEMA),
      execute: async ({ expression }) => `${expression} is 42`,
    });

    it('has no call of its own that counts tokens or lists models', () => {
      const calls = [...callsOf(createAnthropic({ apiKey: 'key' })), ...callsOf(model())];
      expect(calls).toEqual(expect.arrayContaining(['languageModel', 'doGenerate']));
      expect(calls.filter((name) => UNPAID.test(name))).toEqual([]);
    });

    it('generates a text, and knows its usage', async () => {
      fleet.upstream.script('*', [reply([THOUGHT, textBlock('Weight: héllo 🚢')])]);
      const { text, usage, finishReason, reasoningText } = await generateText({
        model: model(),
        prompt: 'What is ballast?',
      });
      expect([text, finishReason, reasoningText]).toEqual(['Weight: héllo 🚢', 'stop', THOUGHT.thinking]);
      expect([usage.inputTokens, usage.outputTokens]).toEqual([100, 20]);
    });

    it('streams a text', async () => {
      fleet.upstream.script('*', [reply('Weight, low down, of one kind or another.')]);
      const { textStream } = streamText({ model: model(), prompt: 'What is ballast?' });
      const parts = await Array.fromAsync(textStream);
      expect(parts.length).toBeGreaterThan(1);
      expect(parts.join('')).toBe('Weight, low down, of one kind or another.');
    });

    it.each(['generate', 'stream'])('uses tools over several turns: %s', async (form) => {
      fleet.upstream.script('*', [toolCalls([CALL], { text: 'Let me see.' }), reply('It is 42.')]);
      const options = { model: model(), prompt: 'How much?', tools: { calculate }, stopWhen: isStepCount(3) };
      const text = form === 'generate' ? (await generateText(options)).text : await streamText(options).text;
      expect(text).toBe('It is 42.');
      expect(JSON.stringify(asked()?.body?.['messages'])).toContain('6*7 is 42');
    });

    it('aborts the upstream when it is told to stop', async () => {
      fleet.upstream.script('*', [gatedBefore(5, createGate(), reply('and so on, and so on, and so on'))]);
      const index = fleet.upstream.requests.length;
      const leave = new AbortController();
      const { textStream } = streamText({ model: model(), prompt: 'a', abortSignal: leave.signal });
      for await (const _ of textStream) leave.abort();
      await fleet.upstream.aborted(index);
    });
  });

  describe('LangChain', () => {
    const chat = (over: object = {}) =>
      new ChatAnthropic({
        model: MODEL,
        apiKey: caller.key,
        anthropicApiUrl: fleet.servers[0].url,
        maxTokens: 1_000,
        ...over,
      });

    it('invokes and streams', async () => {
      fleet.upstream.script('*', [reply('Weight, low down: héllo 🚢')]);
      const answer = await chat().invoke('What is ballast?');
      expect(answer.text).toBe('Weight, low down: héllo 🚢');
      expect(answer).toMatchObject({ usage_metadata: { input_tokens: 100, output_tokens: 20 } });
      const chunks: AIMessageChunk[] = await Array.fromAsync(await chat().stream('What is ballast?'));
      expect(chunks.map((chunk) => chunk.text).join('')).toBe('Weight, low down: héllo 🚢');
      expect(chunks.filter((chunk) => chunk.text !== '').length).toBeGreaterThan(1);
    });

    it.each(['invoke', 'stream'])('uses tools over several turns: %s', async (form) => {
      fleet.upstream.script('*', [toolCalls([CALL], { text: 'Let me see.' }), reply('It is 42.')]);
      const bound = chat().bindTools([{ name: 'calculate', description: 'Works out.', input_schema: SCHEMA }]);
      const ask = async (turns: Parameters<typeof bound.invoke>[0]) => {
        if (form === 'invoke') return bound.invoke(turns);
        const chunks = await Array.fromAsync(await bound.stream(turns));
        return chunks.reduce((all, chunk) => all.concat(chunk));
      };
      const turn = new HumanMessage('How much?');
      const first = await ask([turn]);
      expect(first.tool_calls).toMatchObject([{ id: CALL.id, name: CALL.name, args: CALL.input }]);
      const second = await ask([turn, first, new ToolMessage({ content: '42', tool_call_id: CALL.id })]);
      expect(second.text).toBe('It is 42.');
    });

    it.each(['invoke', 'stream'])('aborts the upstream when it is told to stop: %s', async (form) => {
      const gate = createGate();
      fleet.upstream.script('*', [gatedBefore(5, gate, reply('and so on, and so on, and so on'))]);
      const index = fleet.upstream.requests.length;
      const leave = new AbortController();
      const options = { signal: leave.signal };
      if (form === 'invoke') {
        const left = rejection(chat().invoke('a', options));
        await gate.reached;
        leave.abort();
        await left;
      } else {
        const chunks = await chat().stream('a', options);
        await rejection(
          (async () => {
            for await (const { text } of chunks) if (text !== '') leave.abort();
          })(),
        );
      }
      await fleet.upstream.aborted(index);
    });

    // What it estimates of tokens (`getNumTokens`) it estimates by itself.
    it('has no call of its own that counts tokens or lists models', () => {
      expect(callsOf(ChatAnthropic.prototype)).toContain('invoke');
      expect(callsOf(ChatAnthropic.prototype).filter((name) => UNPAID.test(name))).toEqual([]);
    });
  });
});
