import { expect } from 'vitest';
import type { Clock } from '../lib/kernel/clock.ts';

/*
 * A busy machine must not look like a dependency that is slow. So the time of the servers under test passes more slowly on one (`stretched-time.ts`):
 * all of their limits last as much longer as the machine is slower, and all processes still agree on the time.
 */

/** The work by which it is measured how busy the machine is, in milliseconds of processor time. */
const MEASURED_MS = 100;
/** The limits are made for work that takes twice as long as it does alone. */
const USUAL = 2;
/** A script that takes ten times a limit is still too slow for it. */
const MOST = 6;

/** How many times longer than alone a piece of work takes, here and now. */
const measureBusyness = (): number => {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  for (;;) {
    const { user, system } = process.cpuUsage(before);
    const workedMs = (user + system) / 1_000;
    if (workedMs >= MEASURED_MS) return (performance.now() - startedAt) / workedMs;
  }
};

interface Measured {
  readonly file: string | undefined;
  readonly stretch: number;
  /** When the servers' time began to pass more slowly; the same for all that a test file starts. Epoch milliseconds. */
  readonly beganAt: number;
}

let last: Measured | undefined;

/** What is measured holds for the minute in which one file runs: where it first asks, before its servers keep the machine busy. */
const measured = (): Measured => {
  const file = expect.getState().testPath;
  if (last !== undefined && last.file === file) return last;
  last = {
    file,
    stretch: Math.min(MOST, Math.max(1, Math.ceil(measureBusyness() / USUAL))),
    beganAt: Date.now(),
  };
  return last;
};

/** How many of the machine's milliseconds one millisecond of the servers lasts: a whole number, 1 on a machine that is not busy. */
export const stretch = (): number => measured().stretch;

/** The servers' time, epoch milliseconds. */
export const serverNow = (): number => {
  const { stretch: times, beganAt } = measured();
  return Math.floor(beganAt + (Date.now() - beganAt) / times);
};

/** What a server is started with, so that its time is `serverNow`. */
export const stretchedTime = (): {
  readonly nodeArguments: readonly string[];
  readonly env: Record<string, string>;
} => {
  const { stretch: times, beganAt } = measured();
  return times === 1
    ? { nodeArguments: [], env: {} }
    : {
        nodeArguments: ['--import', new URL('stretched-time.ts', import.meta.url).href],
        env: { TEST_STRETCH: String(times), TEST_STRETCH_BEGAN_AT: String(beganAt) },
      };
};

/** The same time for the upstream of such servers: what it scripts in milliseconds stays as long beside their limits. */
export const stretchedClock: Clock = {
  now: serverNow,
  monotonicMs: () => Math.floor(performance.now() / stretch()),
  after: (ms, act) => {
    const timer = setTimeout(act, ms * stretch());
    return () => clearTimeout(timer);
  },
};
