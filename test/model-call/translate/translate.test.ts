import { describe, expect, it } from 'vitest';
import {
  asking,
  assistant,
  call,
  hidden,
  manual,
  result,
  said,
  system,
  thought,
  translated,
  user,
} from '../said-to-another.ts';

describe('a request for another model', () => {
  it.each<[string, object, string, object]>([
    ['names that model', {}, 'claude-haiku-4-5', {}],
    ['asks for no more output than it has', { max_tokens: 100_000 }, 'claude-haiku-4-5', { max_tokens: 64_000 }],
    ['keeps a dated id as it is', {}, 'claude-haiku-4-5-20251001', {}],
    ['lets a tool be forced where that is taken', { tool_choice: { type: 'any' } }, 'claude-opus-5', {}],
    [
      'lets a model choose that takes no force',
      { tool_choice: { type: 'any' } },
      'claude-sonnet-5-5',
      { tool_choice: { type: 'auto' } },
    ],
    [
      'keeps one tool at a time without force',
      { tool_choice: { type: 'tool', name: 'weigh', disable_parallel_tool_use: true } },
      'claude-fable-5-1',
      { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    ],
    ['leaves other choices alone', { tool_choice: { type: 'none' } }, 'claude-opus-5-5', {}],
    ['keeps adaptive thinking', { thinking: { type: 'adaptive' } }, 'claude-opus-4-7', {}],
    [
      'leaves adaptive thinking out for an older one',
      { thinking: { type: 'adaptive' } },
      'claude-haiku-4-5',
      { thinking: undefined },
    ],
    [
      'leaves manual thinking out for a newer one',
      { thinking: manual(2048) },
      'claude-opus-4-7',
      { thinking: undefined },
    ],
    ['keeps a thinking budget', { thinking: manual(2048) }, 'claude-sonnet-4-6', {}],
    ['keeps thinking turned off', { thinking: { type: 'disabled' } }, 'claude-sonnet-5', {}],
    [
      'says the lowest thinking as turned off',
      { thinking: { type: 'between_tools' } },
      'claude-sonnet-5',
      { thinking: { type: 'disabled' } },
    ],
    [
      'says turned off as the lowest thinking',
      { thinking: { type: 'disabled' } },
      'claude-sonnet-5-5',
      { thinking: { type: 'between_tools' } },
    ],
    [
      'leaves turned off out where it always thinks',
      { thinking: { type: 'disabled' } },
      'claude-opus-5-5',
      { thinking: undefined },
    ],
    [
      'leaves thinking out that nobody knows',
      { thinking: { type: 'dreaming' } },
      'claude-opus-5',
      { thinking: undefined },
    ],
    ['keeps an effort', { output_config: { effort: 'xhigh' } }, 'claude-opus-4-7', {}],
    [
      'takes the effort below',
      { output_config: { effort: 'xhigh' } },
      'claude-opus-4-6',
      { output_config: { effort: 'high' } },
    ],
    [
      'takes the greatest effort it has',
      { output_config: { effort: 'max' } },
      'claude-opus-4-5',
      { output_config: { effort: 'high' } },
    ],
    [
      'leaves an effort out that it does not know',
      { output_config: { effort: 'low' } },
      'claude-haiku-4-5',
      { output_config: undefined },
    ],
    [
      'keeps the rest of the output settings',
      { output_config: { effort: 'low', format: { type: 'json_schema', schema: {} } } },
      'claude-sonnet-4-5',
      { output_config: { format: { type: 'json_schema', schema: {} } } },
    ],
    [
      'makes no great effort without thinking where that is refused',
      { thinking: { type: 'disabled' }, output_config: { effort: 'max' } },
      'claude-opus-5',
      { output_config: { effort: 'high' } },
    ],
    [
      'says of the whole request the effort that its last turn with one asks for, as far as the model goes',
      {
        output_config: { effort: 'low', format: { type: 'json_schema', schema: {} } },
        messages: [
          { ...user, output_config: { effort: 'low' } },
          { ...assistant(said), output_config: null },
          { ...system, output_config: { effort: 'xhigh' } },
          { ...user, output_config: {} },
        ],
      },
      'claude-opus-5',
      {
        output_config: { effort: 'xhigh', format: { type: 'json_schema', schema: {} } },
        messages: [user, assistant(said), system, user],
      },
    ],
    [
      'says no effort where the last turn’s is none that the model has',
      { messages: [{ ...user, output_config: { effort: 'high' } }] },
      'claude-haiku-4-5',
      { messages: [user], output_config: undefined },
    ],
    [
      'leaves a task budget out',
      { output_config: { task_budget: { type: 'tokens', total: 20_000 } } },
      'claude-sonnet-5',
      { output_config: undefined },
    ],
    ['leaves speed to the model that was asked', { speed: 'fast' }, 'claude-opus-5', { speed: undefined }],
    ['has no fallbacks of the provider', { fallbacks: 'default' }, 'claude-opus-5', { fallbacks: undefined }],
    [
      'says of no geography that it is global',
      { inference_geo: 'global' },
      'claude-haiku-4-5',
      { inference_geo: undefined },
    ],
    ['keeps a geography', { inference_geo: 'us' }, 'claude-opus-4-6', {}],
    [
      'clears tool results, and no thinking of which none is left',
      { context_management: { edits: [{ type: 'clear_thinking_20251015' }, { type: 'clear_tool_uses_20250919' }] } },
      'claude-haiku-4-5',
      { context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } },
    ],
    [
      'manages no context where only thinking was to be cleared',
      { context_management: { edits: [{ type: 'clear_thinking_20251015' }] } },
      'claude-opus-5',
      { context_management: undefined },
    ],
    [
      'passes on what is unknown',
      { metadata: { user_id: 'u' }, novelty: { a: null }, system: [said] },
      'claude-haiku-4-5',
      {},
    ],
  ])('%s', (_title, more, model, change) => {
    expect(translated(more, model)).toEqual({ ...asking(more), model, ...change });
  });

  it.each([
    ['keeps sampling that it takes', 'claude-haiku-4-5', '2023-06-01', { temperature: 0.5, top_k: 5 }],
    ['leaves sampling out that it refuses', 'claude-sonnet-5', '2023-06-01', {}],
    ['leaves sampling out where the API version has none', 'claude-haiku-4-5', '2026-10-21', {}],
    ['leaves sampling out where no API version is told', 'claude-haiku-4-5', undefined, {}],
  ])('%s', (_title, model, apiVersion, kept) => {
    const target = apiVersion === undefined ? {} : { apiVersion };
    expect(translated({ temperature: 0.5, top_k: 5 }, model, target)).toEqual({ ...asking(kept), model });
  });
});

describe('a manual thinking budget', () => {
  const haiku = (more: object, maxOutputTokens: number) => translated(more, 'claude-haiku-4-5', { maxOutputTokens });

  it.each([
    ['leaves the answer the room that it had', { max_tokens: 128_000, thinking: manual(100_000) }, 64_000, 36_000],
    ['is the least that there is', { max_tokens: 4096, thinking: manual(2048) }, 3072, 1024],
    ['stays below the output tokens', { max_tokens: 4096, thinking: manual(9000) }, 64_000, 4095],
  ])('%s', (_title, more, maxOutputTokens, budget) => {
    expect(haiku(more, maxOutputTokens)?.thinking).toEqual(manual(budget));
  });

  it.each([
    ['would be less than the least', { max_tokens: 4096, thinking: manual(2048) }, 3071],
    ['leaves no room', { max_tokens: 1024, thinking: manual(1024) }, 64_000],
    [
      'would begin in a turn that has lost its thinking',
      { thinking: manual(1024), messages: [user, assistant(thought, call), result] },
      64_000,
    ],
  ])('is left out where it %s', (_title, more, maxOutputTokens) => {
    expect(haiku(more, maxOutputTokens)).not.toHaveProperty('thinking');
  });
});

describe('what an earlier model thought', () => {
  const turns = (...messages: object[]) => translated({ messages }, 'claude-haiku-4-5')?.messages;

  it('is left out of its turns, and nothing else of them', () => {
    const messages = turns(user, assistant(thought, said, hidden, call), result);
    expect(messages).toEqual([user, assistant(said, call), result]);
    expect((messages?.[1]?.content as object[])[0]).toBe(said);
  });

  it('is left out with its turn where that was all of it', () => {
    expect(turns(user, assistant(thought, hidden), user)).toEqual([user, user]);
    expect(turns(user, assistant(thought))).toEqual([user]);
  });
});
