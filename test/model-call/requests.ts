import fc from 'fast-check';

const user = { role: 'user', content: 'What is ballast?' };
const text = { type: 'text', text: 'Stones.' };
const thinking = fc.constantFrom(
  { type: 'thinking', thinking: 'hm', signature: 'sig' },
  { type: 'redacted_thinking', data: 'opaque' },
);
const system = { role: 'system', content: 'Be brief.' };
const tools = [{ name: 'weigh', input_schema: { type: 'object' } }];

type Turn = readonly object[];

/** One question and what was answered, with the results of what was called. */
const exchange = (id: number): fc.Arbitrary<Turn> =>
  fc
    .record({ thoughts: fc.array(thinking, { maxLength: 2 }), speaks: fc.boolean(), calls: fc.boolean() })
    .map(({ thoughts, speaks, calls }) => {
      const use = { type: 'tool_use', id: `toolu_${id}`, name: 'weigh', input: { of: 'ship' } };
      const content = [...thoughts, ...(speaks ? [text] : []), ...(calls ? [use] : [])];
      const answer = content.length === 0 ? [] : [{ role: 'assistant', content }];
      const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: use.id, content: '3 t' }] };
      return [user, ...answer, ...(calls ? [result] : [])];
    });

const paused = { role: 'assistant', content: [{ type: 'server_tool_use', id: 's', name: 'web_search', input: {} }] };
const ending: fc.Arbitrary<Turn> = fc.oneof(
  { weight: 4, arbitrary: fc.constant([user]) },
  fc.constantFrom([user, { role: 'assistant', content: 'Ballast is' }], [user, paused], [user, system]),
);

const messages = fc
  .tuple(fc.boolean(), exchange(1), exchange(2), ending)
  .map(([isLong, first, second, last]) => [...(isLong ? [...first, ...second] : []), ...last]);

const effort = fc.constantFrom('low', 'medium', 'high', 'xhigh', 'max', undefined);
const format = { type: 'json_schema', schema: { type: 'object' } };
const settings = {
  thinking: fc.oneof(
    fc.constantFrom({ type: 'adaptive' }, { type: 'disabled' }, { type: 'between_tools' }),
    fc.integer({ min: 1_024, max: 60_000 }).map((budget) => ({ type: 'enabled', budget_tokens: budget })),
  ),
  output_config: effort.map((level) => ({ format, ...(level === undefined ? {} : { effort: level }) })),
  tool_choice: fc.constantFrom(
    { type: 'auto' },
    { type: 'none' },
    { type: 'any', disable_parallel_tool_use: true },
    { type: 'tool', name: 'weigh' },
  ),
  inference_geo: fc.constantFrom('us', 'global', null),
  temperature: fc.constantFrom(0, 0.5, 1),
  top_p: fc.constant(0.9),
  top_k: fc.constant(5),
  speed: fc.constant('fast'),
  system: fc.constant([{ ...text, cache_control: { type: 'ephemeral' } }]),
  stop_sequences: fc.constant(['END']),
  novelty: fc.constant({ of: ['a later day'] }),
};

/** Requests of all parts that some model takes; most of them are taken by some, few by all. */
export const anyRequest: fc.Arbitrary<object> = fc
  .tuple(
    messages,
    fc.constantFrom(1, 2_000, 64_000, 128_000),
    fc.subarray(Object.keys(settings) as (keyof typeof settings)[], { maxLength: 4 }),
    fc.record(settings),
  )
  .map(([said, maxTokens, present, values]) => ({
    model: 'claude-opus-5-5',
    max_tokens: maxTokens,
    messages: said,
    tools,
    ...Object.fromEntries(present.map((name) => [name, values[name]])),
  }));
