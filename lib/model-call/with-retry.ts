import type { Circuits } from '../circuit-breaker/circuits.ts';
import { type Clock, type Random, sleep } from '../kernel/clock.ts';
import { label } from '../kernel/redacted.ts';
import { familyOf } from '../pricing/pricing.ts';
import { decideRetry, type RetryOptions } from '../retry/decision.ts';
import type { Emit } from '../telemetry/events.ts';
import { fault, isDelivered, isFailure, isRetryable } from './faults.ts';
import type { Outcome } from './outcome.ts';
import type { Bracket } from './types.ts';
import { circuitOf } from './with-circuit.ts';

export interface WithRetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: Emit;
  readonly retry: RetryOptions;
  readonly circuits: Pick<Circuits, 'window'>;
}

const isCircuitOpen = (outcome: Outcome): boolean => !outcome.ok && outcome.fault.kind === 'circuit-open';

/** So many retries of a call while others fail too: each would be one more attempt at what is going down. */
const RETRIES_UNDER_STRAIN = 1;

/**
 * Tries again what another attempt may mend, with full jitter and never past the deadline; once at most while the
 * window of the model's circuit holds half the failures that open it, those of this very call left out. Text that was
 * passed on already is taken back first.
 */
export const withRetry =
  ({ clock, random, emit, circuits, retry: options }: WithRetryOptions): Bracket =>
  (next) =>
  async (request, context) => {
    const { retries: own = null, maxRetries = null } = context.bounds;
    const most = Math.min(own ?? options.maxRetries, maxRetries ?? Infinity);
    let counted = 0;
    const retries = (): number => {
      const { failures, failureThreshold } = circuits.window(circuitOf(request.model), context.circuit);
      return (failures - counted) * 2 >= failureThreshold ? Math.min(most, RETRIES_UNDER_STRAIN) : most;
    };
    let before: Outcome | undefined;
    for (let retry = 0; ; retry += 1) {
      const outcome = await next(request, context);
      // A retry that finds the circuit open was never made: what the last attempt met is what happened.
      if (before && isCircuitOpen(outcome)) return before;
      before = outcome;
      if (outcome.ok || !isRetryable(outcome.fault) || isDelivered(outcome.fault, context)) return outcome;
      const { kind, retryAfterMs, contentSeen } = outcome.fault;
      // However often it fails, the window counts a call once.
      if (isFailure(kind)) counted = 1;
      const remainingMs = Math.min(
        context.bounds.deadline.remainingMs(),
        (context.retryUntilMs ?? Number.POSITIVE_INFINITY) - clock.monotonicMs(),
      );
      const question = { retry, retryAfterMs, remainingMs, random: random() };
      const decision = decideRetry(question, { ...options, maxRetries: retries() });
      if (!decision.retry) return outcome;
      emit({
        type: 'model.retried',
        runId: label(context.runId),
        agent: label(context.agent),
        model: label(familyOf(request.model)),
        fault: label(kind),
        retry: retry + 1,
        delayMs: Math.round(decision.delayMs),
      });
      try {
        await sleep(clock, decision.delayMs, context.bounds.deadline.signal);
      } catch (cause) {
        return { ...outcome, fault: fault(context.bounds.deadline.stoppedBy ?? 'deadline', { cause, contentSeen }) };
      }
      // Not before the wait: where that ends with the run, what was said stays said.
      if (contentSeen) context.listener.sink.reset();
    }
  };
