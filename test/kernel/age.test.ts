import { expect, it } from 'vitest';
import { ageMs, markOf } from '../../lib/kernel/age.ts';
import { createFakeClock } from '../fake-clock.ts';

const HOUR_MS = 3_600_000;

it('grows with the time that passes', async () => {
  const clock = createFakeClock();
  const since = markOf(clock);
  await clock.advance(1_234);
  expect(ageMs(clock, since)).toBe(1_234);
});

it('counts a freeze, over which the monotonic clock stood still', () => {
  const clock = createFakeClock();
  const since = markOf(clock);
  clock.stepWall(HOUR_MS);
  expect(ageMs(clock, since)).toBe(HOUR_MS);
});

it('makes nothing younger when the wall clock is set back', async () => {
  const clock = createFakeClock();
  const since = markOf(clock);
  await clock.advance(60_000);
  clock.stepWall(-30_000);
  expect(ageMs(clock, since)).toBe(60_000);
  clock.stepWall(-HOUR_MS);
  expect(ageMs(clock, since)).toBeGreaterThanOrEqual(60_000);
});
