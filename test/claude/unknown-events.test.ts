import { expect, it } from 'vitest';
import { attemptOf, LIMITS, REQUEST, setting } from './parts.ts';
import { speaking, type Step } from './speaking.ts';
import { begin, end, start, stop } from './stream-events.ts';

/** Within the idle limit each, but far longer in all. */
const EACH_MS = LIMITS.idleMs - 1_000;
const times = (count: number, type: string): Step[] =>
  Array.from({ length: count }, () => [EACH_MS, { type, done: 0.5 }]).flat();

const asked = async (between: readonly Step[], before: readonly Step[] = []) => {
  const parts = setting('http://unused');
  const rest = [begin(0, { type: 'text', text: 'x' }), ...between, stop(0), end()];
  const api = speaking(parts.clock, [start(), ...before, ...rest]);
  const outcome = attemptOf({ ...parts, api })(REQUEST, parts.context);
  await parts.clock.advance(100_000);
  return await outcome;
};

it('an event that nobody knows breaks the silence inside the stream', async () => {
  expect(await asked(times(6, 'progress'))).toMatchObject({ ok: true });
});

it('the silence after such an event is as long as after any other', async () => {
  const outcome = await asked([...times(6, 'progress'), LIMITS.idleMs + 1]);
  expect(outcome).toMatchObject({ ok: false, fault: { kind: 'stalled' } });
});

it('pings alone do not: they extend it to four times at most', async () => {
  expect(await asked(times(6, 'ping'))).toMatchObject({ ok: false, fault: { kind: 'stalled' } });
});

it('an event that nobody knows is no first content', async () => {
  expect(await asked([], times(6, 'progress'))).toMatchObject({ ok: false, fault: { kind: 'no-content' } });
});
