import { describe, expect, it } from 'vitest';
import { epochSeconds, sleep } from '../../lib/kernel/clock.ts';
import { createFakeClock } from '../fake-clock.ts';

const outcome = async (work: Promise<void>): Promise<unknown> =>
  work.then(
    () => 'done',
    (reason: unknown) => reason,
  );

describe('a sleep', () => {
  it('ends when its time has passed, not before', async () => {
    const clock = createFakeClock();
    let done = false;
    const slept = sleep(clock, 100, new AbortController().signal).then(() => (done = true));
    await clock.advance(99);
    expect(done).toBe(false);
    await clock.advance(1);
    await slept;
    expect(clock.pending).toBe(0);
  });

  it('rejects at once with the reason of its signal, and leaves no timer', async () => {
    const clock = createFakeClock();
    const caller = new AbortController();
    const slept = outcome(sleep(clock, 100, caller.signal));
    caller.abort('gone');
    expect(await slept).toBe('gone');
    expect(clock.pending).toBe(0);
  });

  it('does not begin under a signal that has aborted', async () => {
    const clock = createFakeClock();
    expect(await outcome(sleep(clock, 100, AbortSignal.abort('gone')))).toBe('gone');
    expect(clock.pending).toBe(0);
  });

  it('does not mind a signal that aborts after it', async () => {
    const clock = createFakeClock();
    const caller = new AbortController();
    const slept = outcome(sleep(clock, 100, caller.signal));
    await clock.advance(100);
    caller.abort('late');
    expect(await slept).toBe('done');
  });
});

it.each([
  [0, 0],
  [1, 1],
  [999, 1],
  [1_000, 1],
  [1_001, 2],
])('%i ms are %i whole seconds, rounded up so that nothing expires early', (ms, seconds) => {
  expect(epochSeconds(ms)).toBe(seconds);
});

describe('the fake clock', () => {
  it('fires what falls due in order, also what an earlier timer set, each at its own time', async () => {
    const clock = createFakeClock(0);
    const fired: [string, number][] = [];
    const note = (name: string) => fired.push([name, clock.now()]);
    clock.after(20, () => note('late'));
    clock.after(10, () => {
      note('early');
      void Promise.resolve().then(() => clock.after(5, () => note('chained')));
    });
    clock.after(100, () => note('never'));
    await clock.advance(50);
    expect(fired).toEqual([
      ['early', 10],
      ['chained', 15],
      ['late', 20],
    ]);
    expect([clock.now(), clock.pending]).toEqual([50, 1]);
  });

  it('does not fire what was called off', async () => {
    const clock = createFakeClock();
    const fired: string[] = [];
    clock.after(1, () => fired.push('a'))();
    await clock.advance(10);
    expect(fired).toEqual([]);
  });
});
