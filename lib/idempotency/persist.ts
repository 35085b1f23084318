import { type Clock, type Random, sleep } from '../kernel/clock.ts';
import { waitAtMost } from '../kernel/deadline.ts';
import type { Redacted } from '../kernel/redacted.ts';
import { fullJitter } from '../retry/decision.ts';
import { describeFailure } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';

/** Soon enough for whoever asks again in a second, seldom enough for an outage. */
const PAUSES = { baseDelayMs: 100, maxDelayMs: 2_000 };
/** How long a write is made again. Who waits longer finds the claim locked until its lock ends. */
export const PERSISTING_MS = 60_000;

/**
 * How long a process is kept for it after its answer: a function lives for 20 s after the longest deadline, and its log
 * and metrics come last. What is not done by then goes on as long as there is a process.
 */
export const KEPT_MS = 15_000;

const NEVER = new AbortController().signal;

export interface PersistParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: Emit;
}

/** Resolves when the work has ended, or when nobody is kept for it any longer. Never rejects. */
export const keptFor = async (clock: Clock, work: Promise<unknown>): Promise<void> => {
  await waitAtMost(clock, KEPT_MS, work);
};

/**
 * Makes a write again, with full jitter between, until the store has answered it or a minute is over, which is told.
 * `most`: such writes at a time; one more is given up at once. Never rejects.
 */
export const createPersist = ({ clock, random, emit }: PersistParts, most: number) => {
  let open = 0;
  return async (operation: Redacted, write: () => Promise<unknown>): Promise<void> => {
    const startedMs = clock.monotonicMs();
    if (open >= most) return;
    open += 1;
    try {
      for (let retry = 0; ; retry += 1) {
        await sleep(clock, fullJitter(retry, random(), PAUSES), NEVER);
        try {
          await write();
          return;
        } catch (error) {
          if (clock.monotonicMs() - startedMs < PERSISTING_MS) continue;
          emit({ type: 'store.failed', operation, ...describeFailure(error) });
          return;
        }
      }
    } finally {
      open -= 1;
    }
  };
};
