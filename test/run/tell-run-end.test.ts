import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../lib/model-call/types.ts';
import { answer, runParts, type Script, text, use } from '../agent/run-parts.ts';
import { failing } from '../model-call/parts.ts';

/** What listeners heard of the end of a run of that script, whatever its caller got. */
const endOf = async (script: readonly (Outcome | Script)[]) => {
  const { run, events, clock } = runParts(script);
  const running = run().catch(() => undefined);
  await clock.advance(250);
  await running;
  return events.filter(({ type }) => type.startsWith('run.'));
};
const later =
  (outcome: Outcome): Script =>
  async () =>
    outcome;

describe('the end of a run', () => {
  it('is told once, after all else that is told of it, with what it used', async () => {
    const told = await endOf([answer([use('nothing')]), answer([text('Done.')])]);
    expect(told.map(({ type }) => type)).toEqual(['run.started', 'run.finished']);
    expect(told.at(-1)).toMatchObject({
      agent: 'assistant',
      status: 'succeeded',
      reason: 'end_turn',
      modelCalls: 2,
      toolCalls: 1,
      costUsd: '0.000002',
      durationMs: 0,
    });
  });

  it('is told with how long the run took', async () => {
    const { run, clock, events } = runParts([
      async () => {
        await clock.advance(250);
        return answer([text('Done.')]);
      },
    ]);
    await run();
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', durationMs: 250 });
  });

  it.each<[string, Outcome, object]>([
    ['incomplete', answer([text('Do')], 'max_tokens'), { reason: 'max_tokens', isFault: false, modelCalls: 1 }],
    [
      'failed',
      failing('overloaded'),
      { reason: 'upstream-overloaded', isFault: true, modelCalls: 0, costUsd: '0.000001' },
    ],
    ['refused', failing('circuit-open'), { reason: 'circuit-open', isFault: true, modelCalls: 0, costUsd: '0' }],
    ['failed', failing('refused'), { reason: 'budget-exceeded', isFault: false }],
  ])('is told as %s where it was', async (status, outcome, more) => {
    expect((await endOf([later(outcome)])).at(-1)).toMatchObject({ type: 'run.finished', status, ...more });
  });

  it('tells no word of the provider’s that nobody knows', async () => {
    const told = await endOf([answer([text('Done.')], 'canary_stop')]);
    expect(JSON.stringify(told)).not.toContain('canary');
    expect(told.at(-1)).toMatchObject({ reason: 'other' });
  });
});
