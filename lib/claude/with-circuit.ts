import type { Circuits } from '../circuit-breaker/circuits.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import { familyOf } from '../usage/pricing.ts';
import { NO_TOKENS } from '../usage/record.ts';
import { refusal } from './faults.ts';
import type { Bracket, FaultKind, Outcome } from './types.ts';

/** What a fault says about the health of a model: `neutral` ones are the request's, the credential's, the limit's or our own. */
const VERDICTS: Record<FaultKind, 'failure' | 'neutral'> = {
  connection: 'failure',
  'no-content': 'failure',
  stalled: 'failure',
  cut: 'failure',
  malformed: 'failure',
  'server-error': 'failure',
  overloaded: 'failure',
  'invalid-request': 'neutral',
  credential: 'neutral',
  'unknown-model': 'neutral',
  'rate-limited': 'neutral',
  deadline: 'neutral',
  cancelled: 'neutral',
  'run-cost': 'neutral',
  refused: 'neutral',
};

const verdictOn = (outcome: Outcome) => (outcome.ok ? 'success' : VERDICTS[outcome.fault.kind]);

const open = (retryAfterMs: number | null): Outcome => ({
  ok: false,
  fault: refusal(
    new AppError(
      'circuit-open',
      safe`The model has been failing and is left alone for a while.`,
      retryAfterMs === null ? {} : { retryAfterMs },
    ),
  ),
  metered: { tokens: NO_TOKENS, estimated: null, firstContentMs: null, upstreamRequestId: null },
});

/** The name of a model's circuit: one for a family, whatever dates its ids carry. */
export const circuitOf = (model: string): string => `anthropic/${familyOf(model)}`;

/**
 * Asks the model's circuit before each attempt, and tells it what came of it. A failure is told before anything else
 * happens, so that the retry after it meets the circuit that it has opened; all else is told while the run goes on.
 */
export const withCircuit =
  ({ circuits }: { readonly circuits: Pick<Circuits, 'enter'> }): Bracket =>
  (next) =>
  async (request, context) => {
    const entry = await circuits.enter(circuitOf(request.model), context.circuit);
    if (!entry.admitted) return open(entry.retryAfterMs);
    const began = () => {
      context.account.keep(entry.began());
      context.began?.();
    };
    let verdict: ReturnType<typeof verdictOn> = 'neutral';
    try {
      const outcome = await next(request, { ...context, began });
      verdict = verdictOn(outcome);
      return outcome;
    } finally {
      const told = entry.settle(verdict);
      if (verdict === 'failure') await told;
      else context.account.keep(told);
    }
  };
