import { settlePatience } from '../accounts/settle-patience.ts';
import type { SpentBudgets } from '../accounts/thresholds/spent-budgets.ts';
import type { SettledAccount } from '../budget/budgets.ts';
import type { PriceTable } from '../pricing/price-table.ts';
import { priceAt } from '../pricing/pricing.ts';
import type { AttemptContent } from '../telemetry/tracing/content.ts';
import type { AddContent } from '../telemetry/tracing/trace-queue.ts';
import { attemptIdOf } from './attempt-id.ts';
import { admitAttempt, type AdmitParts } from './booking/admit-attempt.ts';
import { attemptEvent } from './booking/attempt-events.ts';
import { bookedAttempt, recordOf } from './booking/attempt-record.ts';
import { costBoundOf } from './booking/cost-bound.ts';
import { ownBooks } from './booking/own-books.ts';
import { closeBooks } from './booking/settle-attempt.ts';
import { createUnpricedNotice } from './booking/unpriced-notice.ts';
import { notMade, refusal } from './faults.ts';
import { tokensBefore, tokensUsed } from './metering/limited-tokens.ts';
import type { ModelRequest } from './provider.ts';
import { isShadowed } from './stage-budget.ts';
import { lowerMaxTokens } from './translate/lower-max-tokens.ts';
import type { Bracket, CallContext, Outcome } from './types.ts';

export interface WithBudgetOptions extends AdmitParts {
  readonly prices: PriceTable;
  readonly spent?: Pick<SpentBudgets, 'note' | 'reached'> | undefined;
  /** Is given what each attempt was asked and has answered. Default: nobody is. */
  readonly addContent?: AddContent | undefined;
}

/** Few processes ever refuse for a price. */
const loadUnpriced = () => import('./booking/unpriced-errors.ts');

const contentOf = ({ system, messages }: ModelRequest, outcome: Outcome): AttemptContent => ({
  system,
  messages,
  answer: outcome.ok ? outcome.message.content : (outcome.partial ?? ''),
});

const isLimited = ({ account, bounds: { budget } }: CallContext): boolean => {
  const accounts = [budget.tenant, ...budget.others].filter(({ scope }) => !isShadowed(budget, scope));
  const limits = accounts.flatMap(({ limits: { day, month } }) => [day, month]);
  const own = budget.shadow ? [] : [account.limit, account.session];
  return budget.unbounded !== true && [...own, ...limits].some((limit) => limit !== null);
};

/**
 * Lets an attempt out only when its limits admit it and what it can cost at most is held back, and books what it did
 * cost, whatever became of it: one usage record an attempt. The books are written while the run goes on; its answer
 * waits for them.
 */
export const withBudget = (parts: WithBudgetOptions): Bracket => {
  const noticeUnpriced = createUnpricedNotice(parts.emit);
  return (next) => async (request, context) => {
    const { prices, clock, emit } = parts;
    const { account, background, booked, bounds, caller, listener, step } = context;
    const { admission, budget, deadline } = bounds;
    // What a refused attempt of this call held back is there again before the next one asks.
    if (booked.length > 0 && account.isClosing) await ownBooks(clock, context);
    const [at, startedMs] = [clock.now(), clock.monotonicMs()];
    const price = priceAt(prices, request.model, at);
    if (price === null) {
      const { unpricedModel } = await loadUnpriced();
      return notMade(refusal(unpricedModel(request.model, prices)));
    }
    const costBound = costBoundOf(request, price, listener.wire, budget.unbounded);
    if (costBound.unpriceable.length > 0 && isLimited(context)) {
      const { unpricedFeature } = await loadUnpriced();
      return notMade(refusal(unpricedFeature(costBound.unpriceable)));
    }
    const attempt = { attemptId: attemptIdOf(context), request, at, costBound };
    const admitted = await admitAttempt(parts, attempt, context);
    if (!admitted.held) return notMade(admitted.fault);

    listener.sink.admitted?.({ maxTokens: admitted.maxTokens });
    const { reservation, maxTokens, settle } = admitted;
    const { attemptId } = reservation;
    const outcome = await next(lowerMaxTokens(request, maxTokens), { ...context, attemptId });

    const durationMs = clock.monotonicMs() - startedMs;
    const made = {
      ...attempt,
      attemptId: reservation.attemptId,
      at: reservation.at,
      price,
      durationMs,
      costBound: admitted.costBound,
      reserved: reservation.amount,
      maxTokens,
    };
    const { record, unpriced } = recordOf(prices, made, outcome, context);
    const { tokens, cost } = record;
    settle(cost);
    booked.push(bookedAttempt(record, made, outcome));
    const counted = (settled: readonly SettledAccount[]) => {
      const by = { ...caller, at: reservation.at };
      if (parts.spent !== undefined && settled.length > 0)
        background.waitUntilExit(parts.spent.reached(settled, budget.others, by));
    };
    account.close(closeBooks({ ...parts, counted }, reservation, record, settlePatience(clock, deadline)));
    // Of what was not answered at all nobody knows more than before.
    const used = record.estimated === 'unanswered' ? tokensBefore(request, costBound.textBytes) : tokensUsed(tokens);
    background.waitUntil(admission.charge(step, used, outcome.ok));
    parts.addContent?.(record.attemptId, contentOf(request, outcome));
    emit(attemptEvent(record, outcome, durationMs));
    noticeUnpriced(record, unpriced);
    return outcome;
  };
};
