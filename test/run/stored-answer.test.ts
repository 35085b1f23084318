import { defineAgent } from 'ballast';
import { expect, it } from 'vitest';
import type { RunStop } from '../../lib/agent/loop/stop-reasons.ts';
import { createTranscript } from '../../lib/agent/loop/transcript.ts';
import { endFlight } from '../../lib/run/stored-answer.ts';

const agent = defineAgent({
  name: 'assistant',
  description: 'for tests',
  system: 'You are a test.',
  models: { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' },
});

const kept = async (stop: RunStop): Promise<string> => {
  let became = 'nothing';
  const as = (name: string) => async () => void (became = name);
  const flight = { store: as('stored'), free: as('free'), unstorable: as('unstorable') };
  await endFlight(flight, createTranscript().ended(stop), agent);
  return became;
};

const ENDS = {
  end_turn: 'stored',
  stop_sequence: 'stored',
  refusal: 'unstorable',
  max_tokens: 'unstorable',
  context_window: 'unstorable',
  max_model_calls: 'free',
  max_cost: 'free',
  budget: 'free',
  deadline: 'free',
  review_failed: 'unstorable',
  invalid_output: 'unstorable',
  fallback: 'unstorable',
} satisfies Record<RunStop, string>;

it.each([...Object.entries(ENDS), ['something_new', 'unstorable']])(
  'an answer that ended by %s is %s for those who wait for it',
  async (stop, expected) => {
    expect(await kept(stop as RunStop)).toBe(expected);
  },
);
