import { expect, it } from 'vitest';
import { withOneEffort } from '../../../lib/model-call/translate/effort-of-turns.ts';
import { asking, assistant, said, system, user } from '../said-to-another.ts';

it('a request whose turns say nothing of their effort is the very same', () => {
  const request = asking({ messages: [user, assistant(said)], output_config: { effort: 'low' } });
  expect(withOneEffort(request)).toBe(request);
});

it('a turn that says nothing of it is the very same, and so goes out in its own bytes', () => {
  const request = asking({ messages: [user, assistant(said), { ...system, output_config: { effort: 'low' } }] });
  const { messages } = withOneEffort(request);
  expect(messages[0]).toBe(request.messages[0]);
  expect(messages[1]).toBe(request.messages[1]);
  expect(messages[2]).toEqual(system);
});
