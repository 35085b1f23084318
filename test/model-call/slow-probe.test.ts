import { expect, it } from 'vitest';
import { createCircuits } from '../../lib/circuit-breaker/circuits.ts';
import { createMemoryCircuitStore } from '../../lib/circuit-breaker/memory-store.ts';
import { supervisedAttempt } from '../../lib/model-call/attempt/supervised-attempt.ts';
import { circuitOf, withCircuit } from '../../lib/model-call/with-circuit.ts';
import { OPTIONS } from '../circuit-breaker/parts.ts';
import { REQUEST, setting } from './parts.ts';
import { each, event, SAID, scriptedBytes } from './scripted-bytes.ts';
import { begin, stop } from './stream-events.ts';

const FIRST = event(begin(0, { type: 'text', text: 'x' })) + event(stop(0));

it('a probe whose prompt is read for longer than its lease keeps its place, and its answer closes the circuit', async () => {
  const { clock, context } = setting('http://unused', { deadlineMs: 840_000 });
  const store = createMemoryCircuitStore({ clock });
  const options = { ...OPTIONS, failureThreshold: 1, successThreshold: 1 };
  const circuits = createCircuits({ clock, random: () => 0.5, emit: () => {}, store, options });
  const name = circuitOf(REQUEST.model);
  const failed = await circuits.enter(name);
  if (failed.admitted) await failed.report('failure');
  await clock.advance(OPTIONS.breakDurationMs);

  const provider = scriptedBytes(clock, [SAID.start, ...each(8, 20_000, SAID.ping), FIRST, SAID.end]);
  const limits = { firstContentMs: 30_000, idleMs: 300_000 };
  const asked = withCircuit({ circuits })(supervisedAttempt({ provider, clock, limits }))(REQUEST, context);
  await clock.advance(150_000);
  expect(await circuits.enter(name)).toMatchObject({ admitted: false });
  await clock.advance(10_000);
  expect(await asked).toMatchObject({ ok: true });
  await context.background.flush();
  expect(await circuits.look(name)).toMatchObject({ state: 'closed' });
});
