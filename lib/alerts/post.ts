import { type Clock, type Random, sleep } from '../kernel/clock.ts';
import { createDeadline, type Deadline } from '../kernel/deadline.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import { decideRetry } from '../retry/decision.ts';
import { retryAfterOf } from '../retry/retry-after.ts';
import type { Message } from './message.ts';

export interface PostOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly random: Random;
}

/** Sends within the deadline; rejects where no try was answered with a 2xx. */
export type Post = (message: Message, deadline: Deadline) => Promise<void>;

/** A receiver of webhooks that needs longer than this should answer first and work then. */
const TRY_MS = 5_000;

/** Three tries in all; a target that is down for longer is tried again when the event is delivered again. */
const RETRY = { maxRetries: 2, baseDelayMs: 250, maxDelayMs: 5_000 };

interface Failure {
  readonly error: AppError;
  readonly again: boolean;
  readonly retryAfterMs: number | null;
}

const isTransient = (status: number): boolean => status === 408 || status === 429 || status >= 500;

export const createPost = ({ fetch, clock, random }: PostOptions): Post => {
  const once = async ({ url, headers, body }: Message, { signal }: Deadline): Promise<Failure | null> => {
    using limit = createDeadline(clock, TRY_MS, signal);
    try {
      // A redirect would carry the message, and its signature, to where nobody meant it to go.
      const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: limit.signal });
      await response.body?.cancel();
      if (response.ok) return null;
      const error = new AppError('upstream-error', safe`The target answered ${response.status}.`);
      return { error, again: isTransient(response.status), retryAfterMs: retryAfterOf(response.headers, clock.now()) };
    } catch (cause) {
      const error = new AppError('upstream-error', safe`The target did not answer.`, { cause });
      return { error, again: true, retryAfterMs: null };
    }
  };
  return async (message, deadline) => {
    for (let retry = 0; ; retry += 1) {
      const failure = await once(message, deadline);
      if (failure === null) return;
      const { again, retryAfterMs, error } = failure;
      const question = { retry, retryAfterMs, remainingMs: deadline.remainingMs(), random: random() };
      const decision = decideRetry(question, RETRY);
      if (!again || !decision.retry) throw error;
      await sleep(clock, decision.delayMs, deadline.signal);
    }
  };
};
