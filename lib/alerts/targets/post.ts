import type { Clock, Random } from '../../kernel/clock.ts';
import { createDeadline, type Deadline } from '../../kernel/deadline.ts';
import { AppError } from '../../kernel/errors.ts';
import { safe } from '../../kernel/redacted.ts';
import { retryAfterOf } from '../../retry/retry-after.ts';
import type { Message } from '../message.ts';
import { createTries, type Failure } from './tries.ts';

export interface PostOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly random: Random;
}

/** Sends within the deadline; rejects where no try was answered with a 2xx. */
export type Post = (message: Message, deadline: Deadline) => Promise<void>;

/** A receiver of webhooks that needs longer than this should answer first and work then. */
const TRY_MS = 5_000;

const isTransient = (status: number): boolean => status === 408 || status === 429 || status >= 500;

export const createPost = ({ fetch, clock, random }: PostOptions): Post => {
  const tries = createTries({ clock, random });
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
  return (message, deadline) => tries((limit) => once(message, limit), deadline);
};
