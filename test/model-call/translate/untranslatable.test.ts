import { describe, expect, it } from 'vitest';
import { type Untranslatable, whyUntranslatable } from '../../../lib/model-call/translate/untranslatable.ts';
import { asking, assistant, said, system, thought, to, translated, user } from '../said-to-another.ts';

describe('what another model can not be asked', () => {
  const paused = assistant(thought, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} });
  const found = assistant({ type: 'web_search_tool_result', tool_use_id: 's', content: [] }, thought);

  it.each<[string, object, string, Untranslatable | null]>([
    ['a prefill where it is refused', { messages: [user, assistant(said)] }, 'claude-sonnet-4-6', 'prefill'],
    ['a prefill of plain text', { messages: [user, { role: 'assistant', content: '{' }] }, 'claude-opus-5', 'prefill'],
    ['a prefill after a search', { messages: [user, assistant(...found.content, said)] }, 'claude-opus-5', 'prefill'],
    ['nothing: a prefill where it is taken', { messages: [user, assistant(said)] }, 'claude-haiku-4-5', null],
    ['nothing: a turn that was paused', { messages: [user, paused] }, 'claude-opus-5', null],
    ['nothing: a turn that was paused after a search', { messages: [user, found] }, 'claude-opus-5', null],
    ['nothing: a last turn of mere thinking', { messages: [user, assistant(thought)] }, 'claude-opus-5', null],
    ['mere thinking', { messages: [assistant(thought)] }, 'claude-haiku-4-5', 'empty'],
    ['system messages where they are refused', { messages: [user, system] }, 'claude-opus-4-7', 'system-messages'],
    ['nothing: system messages where they are taken', { messages: [user, system] }, 'claude-opus-4-8', null],
    ['to stay in the US', { inference_geo: 'us' }, 'claude-haiku-4-5', 'inference-geo'],
    [
      'nothing: an effort of one turn',
      { messages: [user, { ...system, output_config: { effort: 'low' } }] },
      'claude-opus-5',
      null,
    ],
    [
      'a turn that sets more than its effort',
      { messages: [user, { ...system, output_config: { effort: 'low', format: {} } }] },
      'claude-opus-5',
      'settings-per-message',
    ],
    ['to compact', { context_management: { edits: [{ type: 'compact_20260112' }] } }, 'claude-opus-5', 'compaction'],
    [
      'what was compacted',
      { messages: [assistant({ type: 'compaction', content: 'so far' }), user] },
      'claude-opus-5',
      'compaction',
    ],
    [
      'to use a computer',
      { tools: [{ type: 'computer_20251124', name: 'computer' }] },
      'claude-opus-5',
      'computer-use',
    ],
    ['what a model of a later day may refuse', { messages: [user, assistant(said)] }, 'claude-later', 'prefill'],
  ])('%s', (_title, more, model, reason) => {
    expect(whyUntranslatable(asking(more), to(model))).toBe(reason);
    expect(translated(more, model) === null).toBe(reason !== null);
  });

  it('a prompt that is surely longer than its window', () => {
    const ofUnits = (count: number) => ({ messages: [{ role: 'user', content: 'x'.repeat(count) }] });
    expect(translated(ofUnits(200_000 * 8), 'claude-haiku-4-5')).not.toBeNull();
    expect(whyUntranslatable(asking(ofUnits(200_001 * 8)), to('claude-haiku-4-5'))).toBe('window');
  });

  it('of a prompt only its text is measured', () => {
    const data = 'x'.repeat(3_000_000);
    const content = [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data } }];
    expect(translated({ messages: [{ role: 'user', content }] }, 'claude-haiku-4-5')).not.toBeNull();
    const long = { tools: [{ name: 'a', description: data, input_schema: { type: 'object' } }] };
    expect(whyUntranslatable(asking(long), to('claude-haiku-4-5'))).toBe('window');
  });
});
