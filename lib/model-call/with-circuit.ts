import { circuitCallOf } from '../circuit-breaker/call.ts';
import type { Circuits } from '../circuit-breaker/circuits.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import { familyOf } from '../pricing/pricing.ts';
import { isFailure, notMade, refusal } from './faults.ts';
import type { Outcome } from './outcome.ts';
import type { Bracket } from './types.ts';

const verdictOn = (outcome: Outcome) => {
  if (outcome.ok) return 'success';
  return isFailure(outcome.fault.kind) && outcome.fault.heldBack !== true ? 'failure' : 'neutral';
};

const open = (retryAfterMs: number | null): Outcome =>
  notMade(
    refusal(
      new AppError(
        'circuit-open',
        safe`The model keeps failing, so it is not called for a while.`,
        retryAfterMs === null ? {} : { retryAfterMs },
      ),
      'circuit-open',
    ),
  );

/** The name of a model's circuit: one for a family, whatever dates its ids carry. */
export const circuitOf = (model: string): string => `anthropic/${familyOf(model)}`;

export interface WithCircuitOptions {
  readonly circuits: Pick<Circuits, 'enter'>;
}

/** Makes one call of the attempts at a model, in the eyes of its circuit: it stands around the retries. */
export const asOneCall: Bracket = (next) => (request, context) =>
  next(request, { ...context, circuitCall: circuitCallOf(context.caller.tenantId) });

/**
 * Asks the model's circuit before each attempt, and tells it what came of it. A failure is told before anything else
 * happens, so that the retry after it meets the circuit that it has opened; all else is told while the run goes on.
 */
export const withCircuit =
  ({ circuits }: WithCircuitOptions): Bracket =>
  (next) =>
  async (request, context) => {
    const entry = await circuits.enter(circuitOf(request.model), context.circuit, context.circuitCall);
    if (!entry.admitted) return open(entry.retryAfterMs);
    const began = () => {
      isUndecided = false;
      context.background.waitUntil(entry.began());
      context.began?.();
    };
    let isUndecided = entry.probe;
    const lives = () => {
      if (isUndecided) context.background.waitUntil(entry.lives());
    };
    let verdict: ReturnType<typeof verdictOn> = 'neutral';
    try {
      const outcome = await next(request, { ...context, lives, began });
      verdict = verdictOn(outcome);
      return outcome;
    } finally {
      const reported = entry.report(verdict);
      if (verdict === 'failure') await reported;
      else context.background.waitUntil(reported);
    }
  };
