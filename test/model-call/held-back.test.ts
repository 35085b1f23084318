import { expect, it } from 'vitest';
import type { Result } from '../../lib/circuit-breaker/decision.ts';
import { createEntry } from '../../lib/circuit-breaker/entry.ts';
import { sleep } from '../../lib/kernel/clock.ts';
import { supervisedAttempt } from '../../lib/model-call/attempt/supervised-attempt.ts';
import { withCircuit } from '../../lib/model-call/with-circuit.ts';
import { LIMITS, REQUEST, setting } from './parts.ts';
import { RESET, scriptedEvents } from './scripted-events.ts';
import { begin, grow, start } from './stream-events.ts';

/** A delta that its reader holds for so long, or a silence of the upstream. */
type Moment = { readonly held: number } | { readonly silent: number };

/** What the circuit is told of an answer that broke off after these moments. */
const toldOfCut = async (moments: readonly Moment[]): Promise<Result[]> => {
  const { clock, context } = setting('http://unused');
  const steps = moments.map((each) => ('silent' in each ? each.silent : grow(0, 'text_delta', { text: 'x' })));
  const provider = scriptedEvents(clock, [start(), begin(0, { type: 'text', text: '' }), ...steps, RESET]);
  const told: Result[] = [];
  const circuits = { enter: async () => createEntry(false, async (result) => void told.push(result)) };
  const holds = moments.flatMap((each) => ('held' in each ? [each.held] : []));
  const sink = {
    ...context.listener.sink,
    event: (_event: unknown, type: string) => {
      if (type !== 'content_block_delta') return undefined;
      return sleep(clock, holds.shift() ?? 0, context.bounds.deadline.signal);
    },
  };
  const attempt = withCircuit({ circuits })(supervisedAttempt({ provider, clock, limits: LIMITS }));
  const outcome = attempt(REQUEST, { ...context, listener: { sink } });
  await clock.advance(moments.reduce((sum, each) => sum + ('held' in each ? each.held : each.silent), 0));
  expect(await outcome).toMatchObject({ ok: false, fault: { kind: 'cut' } });
  return told;
};

const held = (...ms: readonly number[]): Moment[] => ms.map((each) => ({ held: each }));
const silent = (ms: number): Moment => ({ silent: ms });

it.each<[string, readonly Moment[], Result]>([
  ['was never held back counts against the model', [], 'failure'],
  ['was held back for a moment counts against the model', held(999), 'failure'],
  ['was held back for moments, however many, counts against the model', held(600, 600, 600), 'failure'],
  ['was held back for a second says nothing of the model', held(1_000), 'neutral'],
  ['was held back for long, and then for a moment, says nothing of the model', held(30_000, 5), 'neutral'],
  ['was held back, within five seconds, says nothing of the model', [...held(1_000), silent(4_999)], 'neutral'],
  ['was held back, but only five seconds later, counts against it', [...held(1_000), silent(5_000)], 'failure'],
  [
    'was held back, and then its rest was read slowly, says nothing of the model',
    held(1_000, ...Array.from({ length: 20 }, () => 900)),
    'neutral',
  ],
  [
    'was held back twice counts from the second time',
    [...held(1_000), silent(4_000), ...held(1_000), silent(4_000)],
    'neutral',
  ],
])('an answer that breaks off after it %s', async (_title, moments, expected) => {
  expect(await toldOfCut(moments)).toEqual([expected]);
});
