import { AppError, defineTool, fatal, safe, z } from 'ballast';
import { describe, expect, it } from 'vitest';
import { refusal } from '../../lib/model-call/faults.ts';
import type { Outcome } from '../../lib/model-call/types.ts';
import { approval, draft, failing, metered, reflecting, remarks, revised } from './reflecting.ts';
import { answer, text, use } from './run-parts.ts';

const noMoney = (kind: 'refused' | 'run-cost'): Outcome => ({
  ok: false,
  fault: refusal(new AppError('budget-exceeded', safe`no`), kind),
  metered,
});

describe('a limit after a draft', () => {
  const limits: [string, Outcome, string][] = [
    ['on cost', noMoney('run-cost'), 'max_cost'],
    ['of a budget', noMoney('refused'), 'budget'],
    ['on time', failing('deadline', 'Half a'), 'deadline'],
    ['of the window', failing('context-too-long'), 'context_window'],
  ];
  const later: [string, Outcome, string][] = [
    ...limits,
    ['on output', answer([text('Half a')], 'max_tokens'), 'max_tokens'],
    ['of the window in the middle of it', answer([text('Half a')], 'model_context_window_exceeded'), 'context_window'],
  ];

  it.each(limits)('%s leaves it unreviewed, and says so', async (_title, outcome, stopReason) => {
    const { run, heard } = reflecting([draft, outcome]);
    expect(await run()).toMatchObject({
      status: 'incomplete',
      stopReason,
      output: 'The draft.',
      usage: { modelCalls: 1 },
    });
    expect(heard.text).toBe('The draft.');
  });

  it.each(later)('%s leaves it unrevised, not half revised, and says so', async (_title, outcome, stopReason) => {
    const { run, heard } = reflecting([draft, remarks, outcome]);
    expect(await run()).toMatchObject({ status: 'incomplete', stopReason, output: 'The draft.' });
    expect(heard.text).toBe('The draft.');
  });

  it('leaves the last whole one', async () => {
    const { run, heard } = reflecting([draft, remarks, revised, remarks, failing('deadline', 'Half a')]);
    expect(await run()).toMatchObject({ status: 'incomplete', stopReason: 'deadline', output: 'The revision.' });
    expect(heard.text).toBe('The revision.');
  });

  it.each([
    [1, 'The draft.', []],
    [2, 'The draft.', []],
    [3, 'The revision.', ['text.reset']],
  ])('of %i model calls ends the run there', async (maxModelCalls, output, resets) => {
    const { run, requests, heard } = reflecting([draft, remarks, revised, approval]);
    expect(await run({ maxModelCalls })).toMatchObject({ status: 'incomplete', stopReason: 'max_model_calls', output });
    expect(requests).toHaveLength(maxModelCalls);
    expect(heard.events.filter((event) => event === 'text.reset')).toEqual(resets);
  });
});

describe('what keeps a draft from its review', () => {
  const faults: [string, Outcome][] = [
    ['a model that fails', failing('overloaded')],
    ['a model that breaks off', failing('cut', 'Half a')],
    ['a refusal', answer([text('APPROVED')], 'refusal')],
    ['silence', answer([])],
  ];

  it.each([...faults, ['a demand without a remark', answer([text('REVISE')])] as [string, Outcome]])(
    '(%s) leaves the draft, told as not reviewed',
    async (_title, outcome) => {
      const { run, heard } = reflecting([draft, outcome]);
      expect(await run()).toMatchObject({ status: 'incomplete', stopReason: 'review_failed', output: 'The draft.' });
      expect(heard.text).toBe('The draft.');
    },
  );

  it.each([...faults, ['a reason we do not know', answer([text('Half a')], 'something_new')] as [string, Outcome]])(
    '(%s) or from its revision leaves the draft, told as not revised',
    async (_title, outcome) => {
      const { run, heard, runs } = reflecting([draft, remarks, outcome]);
      const { runId, ...body } = await run();
      expect(body).toMatchObject({ status: 'incomplete', stopReason: 'review_failed', output: 'The draft.' });
      expect(heard.text).toBe('The draft.');
      const steps = (await runs.find('demo', runId))?.steps;
      expect(steps?.at(-1)).toMatchObject({ kind: 'model', status: outcome.ok ? 'succeeded' : 'failed' });
    },
  );

  it('and ends the run itself is told as its error: a caller who left, a tool that is fatal', async () => {
    await expect(reflecting([draft, failing('cancelled')]).run()).rejects.toMatchObject({ code: 'upstream-timeout' });
    const broken = defineTool({
      name: 'broken',
      description: '',
      input: z.object({}),
      run: () => Promise.reject(fatal(safe`The ledger is closed.`)),
    });
    const { run } = reflecting([draft, remarks, answer([use('broken')])], { tools: [broken] });
    await expect(run()).rejects.toMatchObject({ code: 'tool-failed', members: { usage: { modelCalls: 3 } } });
  });
});
