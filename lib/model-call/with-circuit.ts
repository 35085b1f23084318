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

/** Why a model is not called; `retryAfterMs` is `null` where only an administrator knows. */
export const circuitOpen = (retryAfterMs: number | null): AppError =>
  retryAfterMs === null
    ? new AppError('circuit-open', safe`An administrator has shut the model off: it is not called until they open it.`)
    : new AppError('circuit-open', safe`The model keeps failing, so it is not called for a while.`, { retryAfterMs });

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
    if (!entry.admitted) return notMade(refusal(circuitOpen(entry.retryAfterMs), 'circuit-open'));
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
