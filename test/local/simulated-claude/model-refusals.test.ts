import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulatedClaude, type SimulatedClaude } from '../../../local/simulated-claude/start-simulated-claude.ts';
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
  const forced = { tools: [toolOf('a')], tool_choice: { type: 'tool', name: 'a' } };

  it.each([
    ['a temperature', { temperature: 0.5 }, 'claude-opus-5-5', 'claude-opus-4-6'],
    ['a temperature', { temperature: 0.5 }, 'claude-sonnet-5', 'claude-sonnet-4-6'],
    ['a temperature', { temperature: 0.5 }, 'claude-haiku-5-5', 'claude-haiku-4-5'],
    ['top_p', { top_p: 0.5 }, 'claude-sonnet-5-5', 'claude-haiku-4-5'],
    ['top_k', { top_k: 5 }, 'claude-fable-5-1', 'claude-haiku-4-5'],
    ['manual thinking', { thinking: { type: 'enabled', budget_tokens: 1024 } }, 'claude-opus-5', 'claude-haiku-4-5'],
    ['no thinking', { thinking: { type: 'disabled' } }, 'claude-sonnet-5-5', 'claude-sonnet-5'],
    ['a prefill', prefill, 'claude-sonnet-4-6', 'claude-haiku-4-5'],
    ['a forced tool', forced, 'claude-sonnet-5-5', 'claude-haiku-5-5'],
  ])('%s (%j)', async (_title, change, refusing, taking) => {
    expect([await ask(refusing, change), await ask(taking, change)]).toEqual([400, 200]);
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
