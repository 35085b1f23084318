import type { Clock } from '../kernel/clock.ts';
import type { Deadline } from '../kernel/deadline.ts';

/**
 * How long the books of a call are tried after its deadline. A function lives for 20 s after the longest deadline
 * (`FUNCTION_MARGIN_MS`): one write under way takes two more, and the log and the metrics come last.
 */
export const SETTLE_MARGIN_MS = 15_000;

/** How long the books of an attempt that ends now may be tried: up to the deadline and the margin after it. */
export const settlePatience = (
  clock: Pick<Clock, 'monotonicMs'>,
  deadline: Pick<Deadline, 'remainingMs'>,
): (() => number) => {
  const startedMs = clock.monotonicMs();
  const ms = deadline.remainingMs() + SETTLE_MARGIN_MS;
  return () => ms - (clock.monotonicMs() - startedMs);
};
