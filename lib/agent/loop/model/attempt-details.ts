import { formatUsd } from '../../../kernel/money.ts';
import { label } from '../../../kernel/redacted.ts';
import type { BookedAttempt } from '../../../model-call/types.ts';
import type { TraceAttempt, TraceUsage } from '../../../runs/trace/trace-step.ts';

/** Attempts of one call that a trace describes: what all retries of two models come to at the defaults, and more. */
export const MOST_DETAILS = 20;

/** Tokens of all attempts together. */
export const usageOf = (booked: readonly Pick<BookedAttempt, 'tokens'>[]): TraceUsage => {
  const of = (read: (tokens: BookedAttempt['tokens']) => number) =>
    booked.reduce((count, { tokens }) => count + read(tokens), 0);
  return {
    inputTokens: of((tokens) => tokens.inputTokens),
    outputTokens: of((tokens) => tokens.outputTokens),
    cacheReadInputTokens: of((tokens) => tokens.cacheReadInputTokens),
    cacheCreationInputTokens: of((tokens) => tokens.cacheWrite5mInputTokens + tokens.cacheWrite1hInputTokens),
  };
};

const retryOf = (before: BookedAttempt | undefined, { at }: BookedAttempt): Pick<TraceAttempt, 'retry'> => {
  if (before === undefined || before.fault === null) return {};
  const delayMs = Math.max(0, at - before.at - before.durationMs);
  return { retry: { reason: label(before.fault), delayMs } };
};

const detailOf = (attempt: BookedAttempt, before: BookedAttempt | undefined): TraceAttempt => ({
  model: label(attempt.model),
  startedAt: new Date(attempt.at).toISOString(),
  durationMs: attempt.durationMs,
  firstContentMs: attempt.firstContentMs,
  status: attempt.fault === null ? 'succeeded' : 'failed',
  ...(attempt.fault === null ? {} : { error: { code: label(attempt.fault) } }),
  ...retryOf(before, attempt),
  usage: usageOf([attempt]),
  ...(attempt.estimated === null ? {} : { estimated: label(attempt.estimated) }),
  reservedUsd: formatUsd(attempt.reserved),
  costUsd: formatUsd(attempt.cost),
  requestId: attempt.upstreamRequestId,
});

/** What a trace tells of the attempts of one call: the last `MOST_DETAILS` of them. */
export const attemptDetails = (booked: readonly BookedAttempt[]): readonly TraceAttempt[] =>
  booked.map((attempt, at) => detailOf(attempt, booked[at - 1])).slice(-MOST_DETAILS);
