import { defineAgent, defineTool, z } from 'ballast';
import { expect, it } from 'vitest';
import type { Outcome } from '../../lib/model-call/types.ts';
import { playLoop } from './play-loop.ts';
import { answer, text, use } from './run-parts.ts';

const look = defineTool({ name: 'look', description: '', input: z.object({}), run: () => 'seen '.repeat(2_000) });
const agent = defineAgent({
  name: 'careful',
  description: '',
  system: 'You are a test.',
  tools: [look],
  pattern: 'reflection',
  models: { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' },
  maxOutputTokens: 1_000,
});
/** Looks three times, the window growing full, drafts, is criticised, looks again, revises, and is approved. */
const script = [
  answer([use('look', {}, 'a')], 'tool_use', 9_000),
  answer([use('look', {}, 'b'), use('look', {}, 'c')], 'tool_use', 13_500),
  answer([text('The draft.')], 'end_turn', 9_000),
  answer([text('REVISE\n1. Look again.')]),
  answer([use('look', {}, 'd')], 'tool_use', 13_500),
  answer([text('The revision.')], 'end_turn', 9_000),
  answer([text('APPROVED')]),
];

const played = async (known: ReadonlyMap<string, string>) => {
  const { requests, ...more } = await playLoop({
    agent,
    known,
    contextWindow: 20_000,
    answer: (call) => script[call - 1] as Outcome,
  });
  return { ...more, requests: new Map(requests) };
};

it('a run that is replayed from any point asks what it would have asked, and ends as it would have', async () => {
  const first = await played(new Map());
  expect(first.result).toMatchObject({ ending: { stop: 'end_turn' }, output: 'The revision.' });
  expect(first.names).toEqual(
    'model-1 tool-1-a model-2 tool-2-b tool-2-c model-3 model-4 model-5 tool-5-d model-6 model-7 close-1'.split(' '),
  );
  expect(JSON.stringify(first.requests.get(3))).toContain('was removed to make room');
  const entries = [...first.kept];
  for (let known = 1; known <= entries.length; known += 1) {
    const again = await played(new Map(entries.slice(0, known)));
    expect(again.names).toEqual(first.names);
    expect(again.result).toEqual(first.result);
    for (const [step, request] of again.requests) expect(request).toEqual(first.requests.get(step));
    expect(again.requests.size).toBe(entries.slice(known).filter(([name]) => name.startsWith('model-')).length);
  }
});
