import type Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REVIEWER, reviewPrompt, verdictOf } from '../../../lib/agent/loop/patterns/reviewer.ts';
import { type SimulatedClaude, startSimulatedClaude } from '../../../local/simulated-claude/start-simulated-claude.ts';
import { systemClock } from '../../upstream/system-clock.ts';
import { asking, clientOf, rejection, textOf } from './ask.ts';

let claude: SimulatedClaude;
let client: Anthropic;
beforeAll(async () => {
  claude = await startSimulatedClaude({ clock: systemClock });
  client = clientOf(claude.url);
});
afterAll(() => claude.close());

const reviewed = (task: string) =>
  client.messages.create(
    asking(reviewPrompt({ instructions: 'Help.', earlierTurns: [], task, evidence: [], draft: 'The draft.' }), {
      system: [{ type: 'text', text: REVIEWER }],
    }),
  );

describe('asked to review a draft', () => {
  it('it approves, and says that no model did', async () => {
    const review = textOf(await reviewed('What is the weather in Paris? [[say:Hello.]]'));
    expect(verdictOf(review)).toEqual({ approved: true });
    expect(review).toContain('Simulated Claude');
  });

  it('it demands a revision where the task says so', async () => {
    expect(verdictOf(textOf(await reviewed('Hello. [[revise]]')))).toMatchObject({ approved: false });
  });

  it('it fails where the task says so', async () => {
    expect(await rejection(reviewed('Hello. [[fault:529]]'))).toMatchObject({ status: 529 });
  });
});

it('answers a task with the directive for reviews like one without', async () => {
  expect(textOf(await client.messages.create(asking('Hello. [[revise]]')))).toContain('would now answer "Hello."');
});
