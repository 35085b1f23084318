import type { Clock } from '../lib/kernel/clock.ts';
import { needsOwnProcess } from './own-process.ts';

/*
 * A busy machine must not look like a dependency that is slow. So the time of the servers under test passes more slowly on one (`stretched-time.ts`):
 * all of their limits last as much longer as the machine is slower, and all processes still agree on the time.
 */

// What is measured holds for the minute in which one file runs, not for all files of a worker.
needsOwnProcess();

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

/** How many of the machine's milliseconds one millisecond of the servers lasts: a whole number, 1 on a machine that is not busy. */
export const STRETCH = Math.min(MOST, Math.max(1, Math.ceil(measureBusyness() / USUAL)));

/** When the servers' time began to pass more slowly; the same for all that a test file starts. */
const BEGAN_AT = Date.now();

/** The servers' time, epoch milliseconds. */
export const serverNow = (): number => Math.floor(BEGAN_AT + (Date.now() - BEGAN_AT) / STRETCH);

/** What a server is started with, so that its time is `serverNow`. */
export const stretchedTime = (): { readonly nodeArguments: readonly string[]; readonly env: Record<string, string> } =>
  STRETCH === 1
    ? { nodeArguments: [], env: {} }
    : {
        nodeArguments: ['--import', new URL('stretched-time.ts', import.meta.url).href],
        env: { TEST_STRETCH: String(STRETCH), TEST_STRETCH_BEGAN_AT: String(BEGAN_AT) },
      };

/** The same time for the upstream of such servers: what it scripts in milliseconds stays as long beside their limits. */
export const stretchedClock: Clock = {
  now: serverNow,
  monotonicMs: () => Math.floor(performance.now() / STRETCH),
  after: (ms, act) => {
    const timer = setTimeout(act, ms * STRETCH);
    return () => clearTimeout(timer);
  },
};
