import { expect, it } from 'vitest';
import { attemptOf, LIMITS, REQUEST, setting } from './parts.ts';
import { scriptedEvents, type Step } from './scripted-events.ts';
import { begin, end, start, stop } from './stream-events.ts';

/** Within the idle limit each, but far longer in all. */
const EACH_MS = LIMITS.idleMs - 1_000;
const times = (count: number, type: string): Step[] =>
  Array.from({ length: count }, () => [EACH_MS, { type, done: 0.5 }]).flat();

const asked = async (between: readonly Step[], before: readonly Step[] = []) => {
  const parts = setting('http://unused', { deadlineMs: 600_000 });
  const rest = [begin(0, { type: 'text', text: 'x' }), ...between, stop(0), end()];
  const provider = scriptedEvents(parts.clock, [start(), ...before, ...rest]);
  const outcome = attemptOf({ ...parts, provider })(REQUEST, parts.context);
  await parts.clock.advance(400_000);
  return await outcome;
};

it('an event that nobody knows breaks the silence inside the stream', async () => {
  expect(await asked(times(6, 'progress'))).toMatchObject({ ok: true });
});

it('the silence after such an event is as long as after any other', async () => {
  const outcome = await asked([...times(6, 'progress'), LIMITS.idleMs + 1]);
  expect(outcome).toMatchObject({ ok: false, fault: { kind: 'stalled' } });
});

it('pings break it as well, however many', async () => {
  expect(await asked(times(6, 'ping'))).toMatchObject({ ok: true });
});

/** Within the limit before the first content each, and longer than it in all. */
const slowly = (count: number): Step[] =>
  Array.from({ length: count }, () => [LIMITS.firstContentMs - 1_000, { type: 'progress' }]).flat();

it.each([
  ['is answered within ten limits, however slowly it begins', 10, { ok: true }],
  ['is given up after ten limits', 11, { ok: false, fault: { kind: 'no-content' } }],
])('an upstream that lives without content %s', async (_title, count, expected) => {
  expect(await asked([], slowly(count))).toMatchObject(expected);
});
