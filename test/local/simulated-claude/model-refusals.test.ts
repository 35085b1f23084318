import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedClaude, startSimulatedClaude } from '../../../local/simulated-claude/start-simulated-claude.ts';
import { systemClock } from '../../upstream/system-clock.ts';
import { asking, post, toolOf } from './ask.ts';

let claude: SimulatedClaude;
beforeAll(async () => {
  claude = await startSimulatedClaude({ clock: systemClock });
});
afterAll(() => claude.close());

const messagesUrl = () => `${claude.url}/v1/messages`;
const user = { role: 'user', content: 'hi' };
const use = (id: string) => ({ role: 'assistant', content: [{ type: 'tool_use', id, name: 'a', input: {} }] });
const result = (id: string) => ({ role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'x' }] });
describe('what one model refuses and another takes', () => {
  const ask = async (model: string, change: object, version = '2023-06-01') =>
    (
      await post(messagesUrl(), JSON.stringify({ ...asking('hi', { model }), ...change }), {
        'x-api-key': 'k',
        'anthropic-version': version,
      })
    ).status;
  const prefill = { messages: [user, { role: 'assistant', content: 'Well' }] };
  const manual = (budget: number) => ({ max_tokens: 4096, thinking: { type: 'enabled', budget_tokens: budget } });
  const unthinking = { thinking: { type: 'disabled' }, output_config: { effort: 'xhigh' } };
  const between = { messages: [user, { role: 'system', content: 'be brief' }] };
  const forced = { tools: [toolOf('a')], tool_choice: { type: 'tool', name: 'a' } };

  it.each([
    ['a temperature', { temperature: 0.5 }, 'claude-opus-5-5', 'claude-opus-4-6'],
    ['a temperature', { temperature: 0.5 }, 'claude-sonnet-5', 'claude-sonnet-4-6'],
    ['a temperature', { temperature: 0.5 }, 'claude-haiku-5-5', 'claude-haiku-4-5'],
    ['top_p', { top_p: 0.5 }, 'claude-sonnet-5-5', 'claude-haiku-4-5'],
    ['top_k', { top_k: 5 }, 'claude-fable-5-1', 'claude-haiku-4-5'],
    ['manual thinking', manual(1024), 'claude-opus-5', 'claude-haiku-4-5'],
    ['manual thinking', manual(1024), 'claude-opus-4-7', 'claude-sonnet-4-6'],
    ['adaptive thinking', { thinking: { type: 'adaptive' } }, 'claude-opus-4-5', 'claude-opus-4-6'],
    ['no thinking', { thinking: { type: 'disabled' } }, 'claude-sonnet-5-5', 'claude-sonnet-5'],
    ['no thinking', { thinking: { type: 'disabled' } }, 'claude-opus-5-5', 'claude-opus-5'],
    ['no thinking', { thinking: { type: 'disabled' } }, 'claude-fable-5', 'claude-haiku-5-5'],
    ['the lowest thinking', { thinking: { type: 'between_tools' } }, 'claude-opus-5-5', 'claude-sonnet-5-5'],
    ['great effort without thinking', unthinking, 'claude-opus-5', 'claude-sonnet-5'],
    ['an effort', { output_config: { effort: 'low' } }, 'claude-haiku-4-5', 'claude-opus-4-5'],
    ['the greatest effort', { output_config: { effort: 'max' } }, 'claude-opus-4-5', 'claude-sonnet-4-6'],
    ['great effort', { output_config: { effort: 'xhigh' } }, 'claude-opus-4-6', 'claude-opus-4-7'],
    ['a system message', between, 'claude-opus-4-7', 'claude-opus-4-8'],
    ['a geography', { inference_geo: 'us' }, 'claude-sonnet-4-5', 'claude-sonnet-4-6'],
    ['a prefill', prefill, 'claude-sonnet-4-6', 'claude-haiku-4-5'],
    ['a forced tool', forced, 'claude-sonnet-5-5', 'claude-haiku-5-5'],
    ['a forced tool', forced, 'claude-opus-5-5', 'claude-opus-5'],
    ['a forced tool', forced, 'claude-fable-5-1', 'claude-fable-5'],
  ])('%s (%j)', async (_title, change, refusing, taking) => {
    expect([await ask(refusing, change), await ask(taking, change)]).toEqual([400, 200]);
  });

  it.each([
    ['a budget below the least', manual(1023)],
    ['a budget that leaves no room for an answer', manual(4096)],
    ['a forced tool', { ...manual(1024), ...forced }],
    ['a call of a tool that has lost its thinking', { ...manual(1024), messages: [user, use('a'), result('a')] }],
  ])('refuses manual thinking with %s', async (_title, change) => {
    expect(await ask('claude-haiku-4-5', change)).toBe(400);
  });

  it('takes the default temperature of the older API version alone, and none in the newer', async () => {
    expect(await ask('claude-opus-5-5', { temperature: 1 })).toBe(200);
    expect(await ask('claude-haiku-4-5', { temperature: 1, top_p: 0.9 })).toBe(400);
    expect(await ask('claude-haiku-4-5', { temperature: 1 }, '2026-10-21')).toBe(400);
  });

  it('takes system messages inside the conversation, also between a call and its result', async () => {
    const messages = [user, use('a'), { role: 'system', content: 'be brief' }, result('a')];
    expect(await ask('claude-opus-5-5', { messages })).toBe(200);
  });
});
