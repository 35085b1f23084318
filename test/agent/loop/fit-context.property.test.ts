import type { MessageParam, ToolResultBlockParam } from '@anthropic-ai/sdk/resources/messages/messages';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fitContext, marksOf, NOTE, type Weighed } from '../../../lib/agent/loop/model/fit-context.ts';

const bytes = (value: unknown) => Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value));
const resultsOf = ({ role, content }: MessageParam): ToolResultBlockParam[] =>
  role === 'user' && typeof content !== 'string' ? content.filter((block) => block.type === 'tool_result') : [];

/** A task, then rounds of tool calls with their results, the last of which the model has not seen yet. */
const conversation = fc
  .array(fc.array(fc.record({ chars: fc.nat(8_000), isError: fc.boolean() }), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((rounds): MessageParam[] => [
    { role: 'user', content: 'The task.' },
    ...rounds.flatMap((results, round): MessageParam[] => [
      {
        role: 'assistant',
        content: results.map((_result, at) => ({ type: 'tool_use', id: `t${round}.${at}`, name: 'look', input: {} })),
      },
      {
        role: 'user',
        content: results.map(({ chars, isError }, at) => ({
          type: 'tool_result',
          tool_use_id: `t${round}.${at}`,
          content: 'x'.repeat(chars),
          ...(isError ? { is_error: true } : {}),
        })),
      },
    ]),
  ]);

/** All but the last message has been weighed, at about four bytes a token. */
const weigh = (messages: readonly MessageParam[]): Weighed => ({
  tokens: Math.ceil(bytes(messages.slice(0, -1)) / 4),
  messages: messages.length - 1,
});
const bounds = fc.record({ contextWindow: fc.integer({ min: 200, max: 12_000 }), maxOutputTokens: fc.nat(500) });

const sizeOf = (messages: readonly MessageParam[]) => weigh(messages).tokens + Math.ceil(bytes(messages.at(-1)) / 3);

it('leaves a conversation that has room as it is, and touches nothing but old tool results in any other', () => {
  fc.assert(
    fc.property(conversation, bounds, (messages, limits) => {
      const before = structuredClone(messages);
      const fitted = fitContext(messages, weigh(messages), limits);
      expect(messages).toEqual(before);
      if (sizeOf(messages) <= marksOf(limits).upper) expect(fitted).toEqual({ fits: true, messages });
      if (!fitted.fits) return;
      expect(fitted.messages).toHaveLength(messages.length);
      expect(fitted.messages.at(-1)).toEqual(messages.at(-1));
      for (const [at, message] of fitted.messages.entries()) {
        const old = messages[at] as MessageParam;
        if (resultsOf(old).length === 0) expect(message).toEqual(old);
        const pairs = (each: MessageParam) => resultsOf(each).map(({ content: _, ...rest }) => rest);
        expect(pairs(message)).toEqual(pairs(old));
        for (const [index, { content }] of resultsOf(message).entries()) {
          const was = resultsOf(old)[index]?.content;
          expect([was, NOTE]).toContain(content);
          expect(bytes(content)).toBeLessThanOrEqual(bytes(was));
        }
      }
    }),
    { seed: 5 },
  );
});

it('gives up the oldest first, down to the lower mark and no further, and says so where even that is not enough', () => {
  let cut = 0;
  fc.assert(
    fc.property(conversation, bounds, (messages, limits) => {
      const { upper, lower } = marksOf(limits);
      const before = sizeOf(messages);
      if (before <= upper) return;
      const older = messages.slice(0, -1).flatMap(resultsOf);
      const freed = older.map(({ content }) => Math.floor(Math.max(0, bytes(content) - bytes(NOTE)) / 5));
      const least = before - freed.reduce((sum, tokens) => sum + tokens, 0);
      const fitted = fitContext(messages, weigh(messages), limits);
      expect(fitted.fits).toBe(least <= upper);
      if (!fitted.fits) return;
      cut += 1;
      const gone = fitted.messages
        .slice(0, -1)
        .flatMap(resultsOf)
        .map(({ content }) => content === NOTE);
      const replaceable = freed.flatMap((tokens, at) =>
        bytes(older[at]?.content) > bytes(NOTE) ? [{ tokens, at }] : [],
      );
      const count = gone.filter(Boolean).length;
      expect(replaceable.map(({ at }) => gone[at])).toEqual(replaceable.map((_each, at) => at < count));
      const after = (removed: number) =>
        replaceable.slice(0, removed).reduce((size, { tokens }) => size - tokens, before);
      expect(after(count) <= lower || count === replaceable.length).toBe(true);
      expect(after(count - 1)).toBeGreaterThan(lower);
    }),
    { seed: 5, numRuns: 500 },
  );
  expect(cut).toBeGreaterThan(100);
});

it('decides by the conversation alone, and finds nothing to do in what it has just cut', () => {
  fc.assert(
    fc.property(conversation, bounds, (messages, limits) => {
      const fitted = fitContext(messages, weigh(messages), limits);
      expect(fitContext(structuredClone(messages), weigh(messages), limits)).toEqual(fitted);
      if (!fitted.fits) return;
      const again = fitContext(fitted.messages, weigh(fitted.messages), limits);
      if (sizeOf(fitted.messages) <= marksOf(limits).upper) expect(again).toEqual(fitted);
    }),
    { seed: 5 },
  );
});
