import { type Clock, type Random, sleep } from '../../kernel/clock.ts';
import type { Deadline } from '../../kernel/deadline.ts';
import type { AppError } from '../../kernel/errors.ts';
import { decideRetry } from '../../retry/decision.ts';

/** Why one try did not reach its target. */
export interface Failure {
  readonly error: AppError;
  readonly again: boolean;
  readonly retryAfterMs: number | null;
}

/** Tries until a try has no failure, within the deadline; rejects with the error of the last one. */
export type Tries = (once: (deadline: Deadline) => Promise<Failure | null>, deadline: Deadline) => Promise<void>;

/** Three tries in all; a target that is down for longer is tried again when the event is delivered again. */
const RETRY = { maxRetries: 2, baseDelayMs: 250, maxDelayMs: 5_000 };

export const createTries =
  ({ clock, random }: { readonly clock: Clock; readonly random: Random }): Tries =>
  async (once, deadline) => {
    for (let retry = 0; ; retry += 1) {
      const failure = await once(deadline);
      if (failure === null) return;
      const { again, retryAfterMs, error } = failure;
      const question = { retry, retryAfterMs, remainingMs: deadline.remainingMs(), random: random() };
      const decision = decideRetry(question, RETRY);
      if (!again || !decision.retry) throw error;
      await sleep(clock, decision.delayMs, deadline.signal);
    }
  };
