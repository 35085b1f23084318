import { defineAgent } from 'ballast';
import { testRun, type Turn } from 'ballast/testing';
import { expect, it } from 'vitest';
import type { Step } from '../../local/simulated-claude/steps.ts';
import { SAID } from '../model-call/scripted-bytes.ts';
import { KEEPER } from './agent.ts';

const { start, ping, thinking, thought, text, end } = SAID;
const MODEL = 'claude-sonnet-5-5';
const STAND_IN = 'claude-haiku-4-5';
const agent = defineAgent({ ...KEEPER, fallbackModels: [STAND_IN] });

const send = (bytes: string): Step => ({ do: 'send', bytes, piece: 'piece', billed: null });
/** Each by itself: the clock moves once as many were read as were sent. */
const eventsOf = (pieces: string): string[] => pieces.split(/(?<=\n\n)/);
const HEAD: Step = { do: 'head', status: 200, headers: { 'content-type': 'text/event-stream' } };

/** A recorded answer: text as it was sent, and silences in milliseconds. */
const recorded = (what: string, ...pieces: readonly (string | number)[]): Turn => ({
  kind: 'fault',
  what,
  answer: () => [
    HEAD,
    ...pieces.flatMap((piece): Step[] =>
      typeof piece === 'number' ? [{ do: 'wait', ms: piece }] : eventsOf(piece).map(send),
    ),
    { do: 'end' },
  ],
});

it.each([
  [78, {}],
  [185, { RUN_TIMEOUT_MS: 600_000 }],
  [329, { RUN_TIMEOUT_MS: 600_000 }],
])('a run goes on over a silence of %i s inside hidden thinking', async (seconds, settings) => {
  const turn = recorded('thinks', start, ping, thinking, seconds * 1_000, thought, text, end);
  const run = await testRun(agent, 'x', { [MODEL]: [turn], [STAND_IN]: [] }, { settings });
  expect(run).toMatchObject({ status: 'succeeded', model: MODEL, output: 'x', durationMs: seconds * 1_000 });
});

it.each([
  ['before a word', [1_000_000], 2, 60_000],
  ['before its content', [start, 1_000_000], 2, 60_000],
  ['inside its thinking', [start, thinking, 1_000_000], 1, 90_000],
  ['inside its text', [start, thinking, thought, eventsOf(text)[0] ?? '', 1_000_000], 1, 90_000],
])('a stand-in answers for a stream that is dead %s, in time', async (_where, pieces, attempts, afterMs) => {
  const dead = Array.from({ length: attempts }, () => recorded('dies', ...pieces));
  const run = await testRun(agent, 'x', { [MODEL]: dead, [STAND_IN]: ['Here.'] });
  expect(run).toMatchObject({ status: 'succeeded', output: 'Here.', degraded: { servedBy: 'fallback-model' } });
  expect(run.durationMs - afterMs).toBeGreaterThanOrEqual(0);
  // With a pause before a retry.
  expect(run.durationMs - afterMs).toBeLessThanOrEqual(1_000);
});
