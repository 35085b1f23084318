import { defineTool, z } from 'ballast';
import { describe, expect, it } from 'vitest';
import { REVIEWER } from '../../../../lib/agent/loop/patterns/reviewer.ts';
import type { Outcome } from '../../../../lib/model-call/types.ts';
import { approval, draft, failing, promptOf, reflecting, remarks, revised } from '../../reflecting.ts';
import { answer, text, use } from '../../run-parts.ts';

const standIn = (outcome: Outcome): Outcome => {
  if (!outcome.ok) return outcome;
  const model = 'claude-haiku-4-5';
  return { ...outcome, message: { ...outcome.message, model }, degraded: { reason: 'upstream-overloaded', model } };
};

describe('a draft', () => {
  it('that its reviewer approves is the answer', async () => {
    const { run, heard, steps } = reflecting([draft, approval]);
    expect(await run()).toMatchObject({
      status: 'succeeded',
      output: 'The draft.',
      stopReason: 'end_turn',
      degraded: null,
      usage: { modelCalls: 2, inputTokens: 20, outputTokens: 10, costUsd: '0.000002' },
    });
    expect(heard).toEqual({ text: 'The draft.', events: ['model.started'] });
    expect(steps).toEqual([1, 2]);
  });

  it('is reviewed apart: by the same model, without tools, with the task, the turns before it and what tools said', async () => {
    const { run, requests } = reflecting([answer([use('look', { at: 1 })]), draft, approval]);
    const messages = [
      { role: 'user' as const, content: 'Hello.' },
      { role: 'assistant' as const, content: 'Hi.' },
    ];
    await run({ task: 'How much is it?', messages });
    const [, , review] = requests;
    expect(review).toMatchObject({
      model: 'claude-sonnet-5-5',
      system: [{ text: REVIEWER }],
      messages: [{ role: 'user' }],
    });
    expect(review).not.toHaveProperty('tools');
    const prompt = promptOf(review);
    for (const part of [
      'You are a test.',
      'Hello.',
      'Hi.',
      'How much is it?',
      'look {"at":1}\nIt is 391.',
      'The draft.',
    ])
      expect(prompt).toContain(`\n${part}\n`);
  });

  it.each([
    ['a refusal', answer([text('No.')], 'refusal'), 'succeeded', 'refusal'],
    ['cut short', answer([text('No.')], 'max_tokens'), 'incomplete', 'max_tokens'],
    ['ended for a reason we do not know', answer([text('No.')], 'something_new'), 'succeeded', 'something_new'],
    ['without words', answer([]), 'succeeded', 'end_turn'],
  ])('that is %s is not reviewed', async (_title, outcome, status, stopReason) => {
    const { run, requests } = reflecting([outcome, approval]);
    expect(await run()).toMatchObject({ status, stopReason });
    expect(requests).toHaveLength(1);
  });

  it('that no model gives is the error of that', async () => {
    const { run } = reflecting([failing('overloaded')]);
    await expect(run()).rejects.toMatchObject({ code: 'upstream-overloaded' });
  });

  it('that a limit keeps from being finished ends the run with what there is', async () => {
    const { run } = reflecting([answer([text('Let me see.'), use('look')]), failing('deadline', 'It is')]);
    expect(await run()).toMatchObject({ status: 'incomplete', stopReason: 'deadline', output: 'It is' });
  });
});

it('shows its reviewer the newest of very long tool results, whole, and not the oldest', async () => {
  let at = 0;
  const long = defineTool({
    name: 'long',
    description: '',
    input: z.object({}),
    run: () => `${(at += 1)}:${'x'.repeat(120_000)}`,
  });
  const script = [answer([use('long', {}, 'a')]), answer([use('long', {}, 'b')]), draft, approval];
  const { run, requests } = reflecting(script, { tools: [long], maxToolOutputChars: 150_000 });
  await run();
  expect(promptOf(requests[3])).toContain(`\n2:${'x'.repeat(120_000)}\n`);
  expect(promptOf(requests[3])).not.toContain('1:x');
});

describe('a revision', () => {
  it('takes the place of the draft for whoever listens, and its reviewer is never heard', async () => {
    const { run, heard, requests } = reflecting([draft, remarks, revised, approval]);
    expect(await run()).toMatchObject({ status: 'succeeded', output: 'The revision.', usage: { modelCalls: 4 } });
    expect(heard).toEqual({ text: 'The revision.', events: ['model.started', 'text.reset', 'model.started'] });
    const [, , revision, second] = requests;
    expect(revision?.messages).toMatchObject([
      { role: 'user', content: 'Do it.' },
      { role: 'assistant', content: [{ text: 'The draft.' }] },
      { role: 'user', content: expect.stringContaining('\n1. The sum is wrong.\n') as string },
    ]);
    expect(promptOf(second)).toContain('\nThe revision.\n');
    expect(promptOf(second)).not.toContain('The draft.');
  });

  it('may use tools, and what they said is shown to its reviewer', async () => {
    const { run, requests, steps } = reflecting([draft, remarks, answer([use('look')]), revised, approval]);
    expect(await run()).toMatchObject({ output: 'The revision.', usage: { modelCalls: 5, toolCalls: 1 } });
    expect(requests[2]?.tools).toHaveLength(1);
    expect(promptOf(requests[4])).toContain('It is 391.');
    expect(steps).toEqual([1, 2, 3, 4, 5]);
  });

  it('is asked for without an empty turn, where the words of the draft came before its last tool call', async () => {
    const { run, requests } = reflecting([
      answer([text('The draft.'), use('look')]),
      answer([]),
      remarks,
      revised,
      approval,
    ]);
    expect(await run()).toMatchObject({ output: 'The revision.' });
    expect(requests[3]?.messages.filter(({ content }) => content.length === 0)).toEqual([]);
  });

  it.each([
    [1, 3],
    [2, 5],
    [3, 7],
  ])('is the last one after %i rounds, approved or not', async (maxRounds, calls) => {
    const script = [
      draft,
      ...Array.from({ length: 9 }, (_each, at) => (at % 2 === 0 ? remarks : answer([text(`No. ${at}`)]))),
    ];
    const { run, requests, heard } = reflecting(script, { maxRounds });
    expect(await run()).toMatchObject({ status: 'succeeded', stopReason: 'end_turn', output: `No. ${calls - 2}` });
    expect(requests).toHaveLength(calls);
    expect(heard.text).toBe(`No. ${calls - 2}`);
  });
});

it.each([
  ['the reviewer', 'claude-sonnet-5-5', (by: typeof standIn) => [draft, by(approval)]],
  ['the author of a revision', 'claude-haiku-4-5', (by: typeof standIn) => [draft, remarks, by(revised), approval]],
])('names the model that wrote the answer, and says so where a stand-in was %s', async (_title, model, script) => {
  const degraded = { reason: 'upstream-overloaded', servedBy: 'fallback-model' };
  expect(await reflecting(script(standIn)).run()).toMatchObject({ model, degraded });
});

it('makes room in the draft’s conversation before it asks for a revision', async () => {
  const long = defineTool({ name: 'long', description: '', input: z.object({}), run: () => 'seen '.repeat(4_000) });
  const script = [answer([use('long')]), answer([text('The draft.')], 'end_turn', 18_500), remarks, revised, approval];
  const { run, requests } = reflecting(script, {
    tools: [long],
    contextWindowOf: () => 20_000,
    maxOutputTokens: 1_000,
  });
  expect(await run()).toMatchObject({ status: 'succeeded', output: 'The revision.' });
  expect(JSON.stringify(requests[3]?.messages)).toContain('was removed to make room');
  expect(JSON.stringify(requests[3]?.messages)).not.toContain('seen seen');
});
