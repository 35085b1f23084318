import type { Clock } from '../kernel/clock.ts';
import { label } from '../kernel/redacted.ts';
import type { Emit } from '../telemetry/events.ts';
import type { PriceTable } from '../usage/price-table.ts';
import { familyOf, priceAt } from '../usage/pricing.ts';
import { failsOver } from './faults.ts';
import { translate } from './translate.ts';
import type { Bracket, FaultKind, ModelRequest, Outcome } from './types.ts';

export interface WithFallbackOptions {
  readonly prices: PriceTable;
  readonly clock: Clock;
  readonly emit: Emit;
}

/** Of what was left of the time when a model began, the part in which its retries begin, where another could stand in. */
const RETRY_SHARE = 0.5;

/** Where the time is up, another model has none either. */
const isOver = (kind: FaultKind): boolean => kind === 'deadline' || kind === 'cancelled';

/**
 * Asks the models of the call's chain in turn until one answers, each in a form that it accepts and at its own price.
 * If none does, what the asked model met is what happened: a stand-in's own refusal is nothing that the caller could mend.
 */
export const withFallback =
  ({ prices, clock, emit }: WithFallbackOptions): Bracket =>
  (next) =>
  async (request, context) => {
    const { standIns = [], runId, deadline, sink } = context;
    /** The request as a stand-in takes it; `null` where it has no price, or can't be asked this. */
    const translated = (model: string): ModelRequest | null => {
      const price = priceAt(prices, model, clock.now());
      return price && translate(request, { ...price, model });
    };
    const inTime = (isLast: boolean) =>
      isLast ? context : { ...context, retryUntil: clock.now() + RETRY_SHARE * deadline.remainingMs() };

    const others = standIns.filter((model) => model !== request.model).flatMap((model) => translated(model) ?? []);
    const asked = await next(request, inTime(others.length === 0));
    if (asked.ok || !failsOver(asked.fault.kind)) return asked;
    const reason = asked.fault.error.code;
    let last: Extract<Outcome, { ok: false }> = asked;
    for (const [at, candidate] of others.entries()) {
      if (deadline.stoppedBy !== null) break;
      if (last.fault.contentSeen) sink.reset();
      const names = { from: label(familyOf(request.model)), to: label(familyOf(candidate.model)) };
      emit({ type: 'model.fell-back', runId: label(runId), ...names, reason: label(reason) });
      const outcome = await next(candidate, inTime(at === others.length - 1));
      if (outcome.ok) return { ...outcome, degraded: { reason, model: candidate.model } };
      if (isOver(outcome.fault.kind)) return outcome;
      last = outcome;
    }
    return asked;
  };
