import { defineTool, z } from 'ballast';
import { describe, expect, it } from 'vitest';
import { fitContext, marksOf, NOTE } from '../../../../lib/agent/loop/model/fit-context.ts';
import { fault } from '../../../../lib/model-call/faults.ts';
import { NO_TOKENS } from '../../../../lib/usage/record.ts';
import { answer, runParts, text, use } from '../../run-parts.ts';

const look = defineTool({
  name: 'look',
  description: '',
  input: z.object({}),
  run: () => 'seen '.repeat(2_000),
});
const looking = (id: string, inputTokens: number) => answer([use('look', {}, id)], 'tool_use', inputTokens);
const WINDOW = 20_000;
const options = { tools: [look], maxOutputTokens: 1_000, contextWindowOf: () => WINDOW };

/** What stands in place of each tool result in what the model was sent. */
const sent = (request: ReturnType<typeof runParts>['requests'][number] | undefined) =>
  request?.messages.flatMap(({ content }) =>
    typeof content === 'string'
      ? []
      : content.flatMap((block) => (block.type === 'tool_result' ? [block.content] : [])),
  );
const whole = 'seen '.repeat(2_000);

describe('a window', () => {
  it('is used up to its answer and a margin, and emptied to half of that', () => {
    expect(marksOf({ contextWindow: 200_000, maxOutputTokens: 4_096 })).toEqual({ upper: 191_904, lower: 95_952 });
  });

  it('that has no room for an answer fits nothing', () => {
    const messages = [{ role: 'user' as const, content: 'Hi.' }];
    const bounds = { contextWindow: 1_000, maxOutputTokens: 4_096 };
    expect(fitContext(messages, { tokens: 5, messages: 1 }, bounds)).toEqual({ fits: false });
  });
});

describe('a run that nears its window', () => {
  it('goes on without its oldest tool results, and keeps them out of later calls', async () => {
    const script = [
      looking('a', 4_000),
      looking('b', 9_000),
      looking('c', 16_000),
      looking('d', 9_000),
      answer([text('Done.')]),
    ];
    const { run, requests } = runParts(script, options);
    expect(await run()).toMatchObject({ status: 'succeeded', output: 'Done.' });
    expect(sent(requests[2])).toEqual([whole, whole]);
    expect(sent(requests[3])).toEqual([NOTE, NOTE, whole]);
    expect(sent(requests[4])).toEqual([NOTE, NOTE, whole, whole]);
  });

  it('counts what was read from and written to the cache, and what was answered', async () => {
    const full = looking('a', 10);
    if (!full.ok) throw new Error('an answer');
    Object.assign(full.message.usage, {
      cache_read_input_tokens: 8_000,
      cache_creation_input_tokens: 5_000,
      output_tokens: 2_500,
    });
    const { run, requests } = runParts([full, answer([text('never')])], options);
    expect(await run()).toMatchObject({ status: 'incomplete', stopReason: 'context_window' });
    expect(requests).toHaveLength(1);
  });

  it('ends as incomplete before a call that can not fit, with what it had said', async () => {
    const script = [answer([text('Looking.'), use('look')], 'tool_use', 17_000), answer([text('never')])];
    const { run, requests } = runParts(script, options);
    expect(await run()).toMatchObject({
      status: 'incomplete',
      stopReason: 'context_window',
      output: 'Looking.',
      model: 'claude-sonnet-5-5',
      usage: { modelCalls: 1, toolCalls: 1 },
    });
    expect(requests).toHaveLength(1);
  });

  it('of a model whose window is not known is sent as it is', async () => {
    const { run, requests } = runParts([looking('a', 900_000), answer([text('Done.')])], {
      ...options,
      contextWindowOf: () => null,
    });
    expect(await run()).toMatchObject({ status: 'succeeded' });
    expect(sent(requests[1])).toEqual([whole]);
  });
});

describe('a prompt that the provider calls too long', () => {
  const metered = { tokens: NO_TOKENS, estimated: null, firstContentMs: null, upstreamRequestId: null };
  const tooLong = { ok: false as const, fault: fault('context-too-long', { status: 400 }), metered };

  it('ends a run that has an answer as incomplete', async () => {
    const { run } = runParts([answer([text('So far.'), use('look')]), tooLong], { tools: [look] });
    expect(await run()).toMatchObject({ status: 'incomplete', stopReason: 'context_window', output: 'So far.' });
  });

  it('is an error as the first thing that is asked', async () => {
    await expect(runParts([tooLong]).run()).rejects.toMatchObject({ code: 'invalid-request' });
  });
});
