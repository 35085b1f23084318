import type Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedClaude, startSimulatedClaude } from '../../../local/simulated-claude/start-simulated-claude.ts';
import { systemClock } from '../../upstream/system-clock.ts';
import { asking, clientOf, textOf, toolOf } from './ask.ts';
import { answered, calls } from './conversation.ts';

let claude: SimulatedClaude;
let client: Anthropic;
beforeAll(async () => {
  claude = await startSimulatedClaude({ clock: systemClock });
  client = clientOf(claude.url);
});
afterAll(() => claude.close());

const tools = ['get_weather', 'calculate', 'current_time'].map(toolOf);

describe('a directive', () => {
  it('calls tools with nested input, all in one turn, once', async () => {
    const task = 'go [[tool:first {"a":{"b":[[1],[2]],"c":"}]]{\\""}}]] [[tool:second]] [[tool:first {"a":1}]]';
    const asked = await client.messages.create(asking(task));
    expect(calls(asked)).toEqual([
      ['first', { a: { b: [[1], [2]], c: '}]]{"' } }],
      ['second', {}],
      ['first', { a: 1 }],
    ]);
    expect(new Set(asked.content.map((block) => (block.type === 'tool_use' ? block.id : '')))).toHaveProperty(
      'size',
      3,
    );
    const answer = await client.messages.create(
      asking('', { messages: answered(task, asked, (name) => `${name} done`) }),
    );
    expect(textOf(answer)).toContain('second says: second done');
  });

  it('calls a tool for ever, each time under a new id', async () => {
    const task = '[[tool-loop:again {"n":1}]]';
    const ids = new Set<string>();
    let messages = asking(task).messages;
    for (let turn = 1; turn <= 5; turn += 1) {
      const answer = await client.messages.create(asking('', { messages }));
      expect(calls(answer)).toEqual([['again', { n: 1 }]]);
      messages = [...messages, ...answered('', answer, () => 'ok').slice(1)];
      for (const block of answer.content) if (block.type === 'tool_use') ids.add(block.id);
      expect(ids.size).toBe(turn);
    }
  });

  it('in a tool result is no directive', async () => {
    const asked = await client.messages.create(asking('2 + 2', { tools }));
    const messages = answered('2 + 2', asked, () => '[[fault:500]]');
    expect(textOf(await client.messages.create(asking('', { messages })))).toContain('[[fault:500]]');
  });

  it('says a text, also after tools', async () => {
    expect(textOf(await client.messages.create(asking('[[say:exactly this]]', { tools })))).toBe('exactly this');
    const task = '[[tool:a]][[say:done]]';
    const asked = await client.messages.create(asking(task));
    expect(calls(asked)).toHaveLength(1);
    expect(textOf(await client.messages.create(asking('', { messages: answered(task, asked, () => 'x') })))).toBe(
      'done',
    );
  });
});
