import type Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedClaude, startSimulatedClaude } from '../../../local/simulated-claude/start-simulated-claude.ts';
import { systemClock } from '../../upstream/system-clock.ts';
import { asking, clientOf, finalMessage, textOf, toolOf } from './ask.ts';
import { answered, calls } from './conversation.ts';

let claude: SimulatedClaude;
let client: Anthropic;
beforeAll(async () => {
  claude = await startSimulatedClaude({ clock: systemClock });
  client = clientOf(claude.url);
});
afterAll(() => claude.close());

const tools = ['get_weather', 'calculate', 'current_time'].map(toolOf);

describe('by itself it calls', () => {
  it.each([
    ['What is the weather in Paris?', [['get_weather', { location: 'Paris' }]]],
    ['weather in new york today', [['get_weather', { location: 'new york' }]]],
    [
      'Compare the weather in São Paulo and New York.',
      [
        ['get_weather', { location: 'São Paulo' }],
        ['get_weather', { location: 'New York' }],
      ],
    ],
    ['What is 12 * (3 + 4)?', [['calculate', { expression: '12 * (3 + 4)' }]]],
    ['How much is 12 times 7 plus 1?', [['calculate', { expression: '12 * 7 + 1' }]]],
    ['What is 7-2*3', [['calculate', { expression: '7-2*3' }]]],
    ['What time is it?', [['current_time', {}]]],
    ['What time is it in New York?', [['current_time', { timeZone: 'America/New_York' }]]],
    ['Current time, Europe/Berlin please', [['current_time', { timeZone: 'Europe/Berlin' }]]],
    [
      'Weather in Oslo, and 2^10?',
      [
        ['get_weather', { location: 'Oslo' }],
        ['calculate', { expression: '2^10' }],
      ],
    ],
    ['Meet me on 2026-11-20 10:30 at 555-1234, rooms 7 8, 20/11/2026.', []],
    ['What time is it, Dutch?', [['current_time', {}]]],
    ['The time in UTC?', [['current_time', { timeZone: 'UTC' }]]],
    ['I like the weather.', []],
  ])('%s', async (task, expected) => {
    const answer = await client.messages.create(asking(task, { tools }));
    expect(calls(answer)).toEqual(expected);
    expect(answer.stop_reason).toBe(expected.length > 0 ? 'tool_use' : 'end_turn');
    expect(calls(await finalMessage(client, asking(task, { tools })))).toEqual(expected);
  });

  it('only tools that are offered, and none under tool_choice none', async () => {
    const task = 'Weather in Oslo, and 2 + 2?';
    expect(calls(await client.messages.create(asking(task, { tools: [toolOf('calculate')] })))).toHaveLength(1);
    expect(calls(await client.messages.create(asking(task, { tools, tool_choice: { type: 'none' } })))).toEqual([]);
    const one = { type: 'auto', disable_parallel_tool_use: true } as const;
    expect(calls(await client.messages.create(asking(task, { tools, tool_choice: one })))).toHaveLength(1);
  });

  it('what it is forced to', async () => {
    const forced = { tools, tool_choice: { type: 'tool', name: 'calculate' } as const };
    expect(calls(await client.messages.create(asking('hello', forced)))).toEqual([['calculate', {}]]);
    expect(calls(await client.messages.create(asking('2 + 2', forced)))).toEqual([
      ['calculate', { expression: '2 + 2' }],
    ]);
  });
});

it('answers from what the tools said', async () => {
  const task = 'Weather in Oslo, and 2 + 2?';
  const asked = await client.messages.create(asking(task, { tools }));
  const messages = answered(task, asked, (name) => (name === 'calculate' ? '4' : 'Rain'));
  const answer = await client.messages.create(asking('', { tools, messages }));
  expect(textOf(answer)).toBe('Simulated Claude: get_weather says: Rain\ncalculate says: 4');
  const failed = await client.messages.create(
    asking('', { tools, messages: answered(task, asked, () => 'down', true) }),
  );
  expect(textOf(failed)).toContain('get_weather failed: down');
});
