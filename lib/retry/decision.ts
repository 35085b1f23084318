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
export const fullJitter = (
  retry: number,
  random: number,
  { baseDelayMs, maxDelayMs }: Pick<RetryOptions, 'baseDelayMs' | 'maxDelayMs'>,
): number => random * Math.min(maxDelayMs, baseDelayMs * 2 ** retry);

/** So that all who were told the same instant do not return in it: up to a tenth of the wait later, and the base delay at most. */
const spread = (retryAfterMs: number, random: number, { baseDelayMs }: RetryOptions): number =>
  random * Math.min(baseDelayMs, retryAfterMs / 10);

/**
 * Whether to try once more, and after how long. An upstream's own delay is never undercut;
 * one beyond the longest delay, or a wait that would outlive the deadline, is not begun.
 */
export const decideRetry = (question: RetryQuestion, options: RetryOptions): RetryDecision => {
  if (question.retry >= options.maxRetries) return { retry: false, why: 'exhausted' };
  if (question.retryAfterMs !== null && question.retryAfterMs > options.maxDelayMs)
    return { retry: false, why: 'too-late' };
  const { retryAfterMs, random } = question;
  const delayMs =
    retryAfterMs === null
      ? fullJitter(question.retry, random, options)
      : Math.min(retryAfterMs + spread(retryAfterMs, random, options), options.maxDelayMs);
  return delayMs < question.remainingMs ? { retry: true, delayMs } : { retry: false, why: 'too-late' };
};
