import { expect, it } from 'vitest';
import { limitTime } from '../../lib/aws-sdk/time-limit.ts';

/** A limit of 2,000 ms, and a process that comes to its timers when it is told to. */
const limited = () => {
  let nowMs = 0;
  let timer: (() => void) | null = null;
  const delays: number[] = [];
  const clock = {
    now: () => nowMs,
    monotonicMs: () => nowMs,
    after(ms: number, act: () => void) {
      delays.push(ms);
      timer = act;
      return () => (timer = null);
    },
  };
  let ended = 0;
  const limit = limitTime(clock, 2_000, () => (ended += 1));
  const lookAfter = (ms: number) => {
    nowMs += ms;
    timer?.();
  };
  return { limit, lookAfter, delays, ended: () => ended };
};

it('ends what was not heard of for the whole time, once', () => {
  const { lookAfter, delays, ended } = limited();
  for (const look of [1, 2, 3]) {
    lookAfter(500);
    expect(ended(), `look ${look}`).toBe(0);
  }
  lookAfter(500);
  expect(ended()).toBe(1);
  expect(delays).toEqual([500, 500, 500, 500]);
});

it('counts a hold-up of any length as a quarter of the time', () => {
  const { lookAfter, ended } = limited();
  lookAfter(3_600_000);
  lookAfter(500);
  lookAfter(500);
  expect(ended()).toBe(0);
  lookAfter(500);
  expect(ended()).toBe(1);
});

it('waits the whole time again after each word of an answer', () => {
  const { limit, lookAfter, ended } = limited();
  for (let round = 0; round < 10; round += 1) {
    lookAfter(500);
    lookAfter(500);
    lookAfter(500);
    limit.onBytes();
  }
  expect(ended()).toBe(0);
});

it('looks again where a timer comes early, and never when it was stopped', () => {
  const { limit, lookAfter, delays, ended } = limited();
  for (const ms of [499, 499, 499, 499]) lookAfter(ms);
  expect(ended()).toBe(0);
  expect(delays.at(-1)).toBe(4);
  limit.stop();
  lookAfter(10_000);
  expect(ended()).toBe(0);
});
