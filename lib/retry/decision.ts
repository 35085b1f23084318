/** Options of a retried call. Defaults stand in `lib/config.ts`. */
export interface RetryOptions {
  /** Retries after the first attempt. */
  readonly maxRetries: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

export interface RetryQuestion {
  /** Retries made so far: 0 after the first attempt. */
  readonly retry: number;
  /** What the upstream asked for, if it did. */
  readonly retryAfterMs: number | null;
  /** What is left until the deadline. */
  readonly remainingMs: number;
  /** Uniform in [0, 1). */
  readonly random: number;
}

export type RetryDecision =
  | { readonly retry: true; readonly delayMs: number }
  | { readonly retry: false; readonly why: 'exhausted' | 'too-late' };

/**
 * Full jitter: uniform between nothing and the exponential ceiling, so that callers who failed together do not return together.
 * Source: Amazon Builders' Library, "Timeouts, retries and backoff with jitter".
 */
const fullJitter = (retry: number, random: number, { baseDelayMs, maxDelayMs }: RetryOptions): number =>
  random * Math.min(maxDelayMs, baseDelayMs * 2 ** retry);

/**
 * Whether to try once more, and after how long. An upstream's own delay is never undercut;
 * one beyond the longest delay, or a wait that would outlive the deadline, is not begun.
 */
export const decideRetry = (question: RetryQuestion, options: RetryOptions): RetryDecision => {
  if (question.retry >= options.maxRetries) return { retry: false, why: 'exhausted' };
  if (question.retryAfterMs !== null && question.retryAfterMs > options.maxDelayMs)
    return { retry: false, why: 'too-late' };
  const delayMs = Math.max(question.retryAfterMs ?? 0, fullJitter(question.retry, question.random, options));
  return delayMs < question.remainingMs ? { retry: true, delayMs } : { retry: false, why: 'too-late' };
};
