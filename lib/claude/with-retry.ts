import { sleep, type Clock, type Random } from '../kernel/clock.ts';
import { label } from '../kernel/redacted.ts';
import { decideRetry, type RetryOptions } from '../retry/decision.ts';
import type { Emit } from '../telemetry/events.ts';
import { familyOf } from '../usage/pricing.ts';
import { fault, isRetryable } from './faults.ts';
import type { Bracket, Outcome } from './types.ts';

export interface WithRetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: Emit;
  readonly retry: RetryOptions;
}

const isCircuitOpen = (outcome: Outcome): boolean => !outcome.ok && outcome.fault.error.code === 'circuit-open';

/**
 * Tries again what another attempt may mend, with full jitter and never past the deadline.
 * Text that was passed on already is taken back first.
 */
export const withRetry =
  ({ clock, random, emit, retry: options }: WithRetryOptions): Bracket =>
  (next) =>
  async (request, context) => {
    const maxRetries = Math.min(options.maxRetries, context.maxRetries ?? options.maxRetries);
    let before: Outcome | undefined;
    for (let retry = 0; ; retry += 1) {
      const outcome = await next(request, context);
      // A retry that finds the circuit open was never made: what the last attempt met is what happened.
      if (before && isCircuitOpen(outcome)) return before;
      before = outcome;
      if (outcome.ok || !isRetryable(outcome.fault.kind)) return outcome;
      const { kind, retryAfterMs, contentSeen } = outcome.fault;
      const remainingMs = context.deadline.remainingMs();
      const decision = decideRetry({ retry, retryAfterMs, remainingMs, random: random() }, { ...options, maxRetries });
      if (!decision.retry) return outcome;
      emit({
        type: 'model.retried',
        runId: label(context.runId),
        model: label(familyOf(request.model)),
        fault: label(kind),
        retry: retry + 1,
        delayMs: Math.round(decision.delayMs),
      });
      try {
        await sleep(clock, decision.delayMs, context.deadline.signal);
      } catch (cause) {
        return { ...outcome, fault: fault(context.deadline.stoppedBy ?? 'deadline', { cause, contentSeen }) };
      }
      // Not before the wait: where that ends with the run, what was said stays said.
      if (contentSeen) context.sink.reset();
    }
  };
