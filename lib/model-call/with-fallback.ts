import type { Clock } from '../kernel/clock.ts';
import { label } from '../kernel/redacted.ts';
import type { PriceTable } from '../pricing/price-table.ts';
import { familyOf, isRetired, priceAt } from '../pricing/pricing.ts';
import type { Emit } from '../telemetry/events.ts';
import { failsOver, isDelivered, isStoreRefusal, notMade, refusal } from './faults.ts';
import type { FaultKind } from './outcome.ts';
import { retiredModel } from './retired-model.ts';
import { apiVersionOf } from './translate/sampling.ts';
import { translate } from './translate/translate.ts';
import { whyUntranslatable } from './translate/untranslatable.ts';
import type { Bracket } from './types.ts';

export interface WithFallbackOptions {
  readonly prices: PriceTable;
  readonly clock: Clock;
  readonly emit: Emit;
}

/**
 * Of what was left of the time when a model began, the part in which its retries begin, where another could stand in.
 */
const RETRY_SHARE = 0.5;

/**
 * The same for an attempt that has fallen silent: a dead stream leaves a quarter to a stand-in. The other three, of the
 * 120 s that a run has by default, are more than the 78 s of silence that hidden thinking was seen to take while well.
 */
const SILENT_SHARE = 0.75;

/** Where the time is up, another model has none either. */
const isOver = (kind: FaultKind): boolean => kind === 'deadline' || kind === 'cancelled';

/**
 * Asks the models of the call's chain in turn until one answers, each in a form that it accepts and at its own price.
 * If none does, what the asked model met is what happened: a stand-in's own refusal is nothing that the caller could
 * mend.
 */
export const withFallback =
  ({ prices, clock, emit }: WithFallbackOptions): Bracket =>
  (next) =>
  async (request, context) => {
    const { runId, agent, bounds, listener } = context;
    const { standIns = [], deadline } = bounds;
    const { sink, wire } = listener;
    const others = standIns.flatMap((model) => {
      const price = model === request.model ? null : priceAt(prices, model, clock.now());
      return price === null || isRetired(price, clock.now())
        ? []
        : [{ ...price, model, apiVersion: wire === undefined ? apiVersionOf(request) : wire.apiVersion }];
    });
    const inTime = (isLast: boolean) => {
      if (isLast) return context;
      const [now, leftMs] = [clock.monotonicMs(), deadline.remainingMs()];
      // What is told can't be taken over by another: then nothing is won by giving up.
      const giveWay = listener.restartable === false ? {} : { giveWayMs: now + SILENT_SHARE * leftMs };
      return { ...context, retryUntilMs: now + RETRY_SHARE * leftMs, ...giveWay };
    };

    const retiredAt = priceAt(prices, request.model, clock.now())?.retiresAt ?? Number.POSITIVE_INFINITY;
    const asked =
      retiredAt <= clock.now()
        ? notMade(refusal(retiredModel(retiredAt), 'retired'))
        : await next(request, inTime(others.length === 0));
    if (asked.ok || !failsOver(asked.fault.kind) || isDelivered(asked.fault, context)) return asked;
    const reason = asked.fault.error.code;
    let last = asked;
    for (const [at, standIn] of others.entries()) {
      if (deadline.stoppedBy !== null) break;
      const names = {
        runId: label(runId),
        agent: label(agent),
        from: label(familyOf(request.model)),
        to: label(familyOf(standIn.model)),
      };
      const candidate = translate(request, standIn);
      if (candidate === null) {
        emit({ type: 'model.passed-over', ...names, reason: label(String(whyUntranslatable(request, standIn))) });
        continue;
      }
      if (last.fault.contentSeen) sink.reset();
      emit({ type: 'model.fell-back', ...names, reason: label(reason) });
      const instead = { reason, model: candidate.model };
      const outcome = await next(candidate, { ...inTime(at === others.length - 1), instead });
      if (outcome.ok) return { ...outcome, degraded: instead };
      if (isOver(outcome.fault.kind) || isDelivered(outcome.fault, context)) return outcome;
      last = outcome;
    }
    if (last !== asked && isStoreRefusal(last.fault)) return { ...asked, standInRefused: true };
    return asked;
  };
