import type { ContentBlock } from '@anthropic-ai/sdk/resources/messages/messages';
import { defineTool, z } from 'ballast';
import { expect, it } from 'vitest';
import { idsIn, soundUses } from '../../../lib/agent/loop/sound-uses.ts';
import { answer, runParts, text, use } from '../run-parts.ts';

const double = defineTool({
  name: 'double',
  description: '',
  input: z.object({ n: z.number() }),
  run: ({ n }) => String(2 * n),
});

interface Sent {
  readonly messages: readonly { readonly content: unknown }[];
}
const lastTwo = (requests: readonly unknown[]) =>
  (requests.at(-1) as Sent).messages.slice(-2).map(({ content }) => content);

it('two calls under one id are made both, and each gets its own result', async () => {
  const calls = [use('double', { n: 1 }, 'toolu_1'), use('double', { n: 2 }, 'toolu_1')];
  const { run, requests } = runParts([answer(calls), answer([text('Ok.')])], { tools: [double] });
  await run();
  expect(lastTwo(requests)).toMatchObject([
    [{ id: 'toolu_1' }, { id: 'toolu_1_2' }],
    [
      { tool_use_id: 'toolu_1', content: '2' },
      { tool_use_id: 'toolu_1_2', content: '4' },
    ],
  ]);
});

it.each([[[1]], [null], ['{}'], [7], [undefined]])(
  'an input of %j is refused, and sent back as an object',
  async (input) => {
    const { run, requests } = runParts([answer([use('double', input)]), answer([text('Ok.')])], { tools: [double] });
    await run();
    const [[call], [result]] = lastTwo(requests) as [[{ input: unknown }], [object]];
    expect(call.input).toEqual({});
    expect(result).toMatchObject({ is_error: true, content: expect.stringContaining('not valid') as string });
  },
);

it.each<[string, readonly ContentBlock[], readonly string[]]>([
  [
    'are kept where they are sound',
    [use('a', {}, 'toolu_a'), text('x'), use('b', {}, 'toolu_b')],
    ['toolu_a', 'toolu_b'],
  ],
  ['are told apart where three are one', ['1', '1', '1'].map((id) => use('a', {}, id)), ['1', '1_2', '1_3']],
  [
    'do not take one that comes later for free',
    [use('a', {}, '1'), use('a', {}, '1'), use('a', {}, '1_2')],
    ['1', '1_2', '1_2_2'],
  ],
  ['have the provider’s characters', [use('a', {}, 'call:1/ü'), use('a', {}, '')], ['call_1__', 'toolu']],
])('ids %s', (_what, content, ids) => {
  const { content: sound, uses } = soundUses(content, new Set());
  expect(uses.map(({ id }) => id)).toEqual(ids);
  expect(sound.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []))).toEqual(ids);
});

it('an id of an earlier turn is not taken again', () => {
  const earlier = [{ role: 'assistant' as const, content: [use('a', {}, 'call_0')] }];
  expect(soundUses([use('a', {}, 'call_0')], idsIn(earlier)).uses).toMatchObject([{ id: 'call_0_2' }]);
});
