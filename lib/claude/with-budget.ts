import { AppError } from '../kernel/errors.ts';
import { ZERO } from '../kernel/money.ts';
import { label, safe } from '../kernel/redacted.ts';
import { nameError } from '../telemetry/describe-error.ts';
import type { PriceTable } from '../usage/price-table.ts';
import { costOf, familyOf, priceAt } from '../usage/pricing.ts';
import type { Estimate, TokenUsage, UsageRecord } from '../usage/record.ts';
import { attempted } from './book-attempt.ts';
import { unpricedFeature } from './budget-errors.ts';
import { notMade, refusal } from './faults.ts';
import { lowerMaxTokens } from './lower-max-tokens.ts';
import { reserveAttempt, type ReserveParts } from './reserve-attempt.ts';
import { settleAttempt, type SettleParts } from './settle-attempt.ts';
import type { Bracket, CallContext, Outcome } from './types.ts';
import { worstCaseOf } from './worst-case.ts';

export interface WithBudgetOptions extends Omit<ReserveParts, 'budgets'>, Omit<SettleParts, 'budgets'> {
  readonly prices: PriceTable;
  readonly budgets: ReserveParts['budgets'] & SettleParts['budgets'];
}

/** Bytes of a request to a token, for what is charged against a limit of tokens before they can be counted; English prose has about four. */
const BYTES_PER_TOKEN = 4;

/**
 * Lets an attempt out only when its limits admit it and what it can cost at most is held back, both asked at the same time, and books
 * what it did cost, whatever became of it: one usage record an attempt. The books are written while the run goes on; its answer waits for them.
 */
export const withBudget = (parts: WithBudgetOptions): Bracket => {
  const { prices, budgets, clock, emit } = parts;
  return (next) => async (request, context) => {
    const { account, admission, booked, runId, step, tenantId, keyId, userId, agent } = context;
    const at = clock.now();
    const price = priceAt(prices, request.model, at);
    if (!price)
      return notMade(refusal(new AppError('unpriced-model', safe`A model without a known price is not called.`)));
    const attemptId = `${runId}:${step}:${booked.length + 1}`;
    const worst = worstCaseOf(request, price, context.wire?.bytes);
    if (worst.unpriceable.length > 0 && isLimited(context)) return notMade(refusal(unpricedFeature(worst.unpriceable)));
    const asking = { attemptId, request, at, worst };
    const aboutTokens = Math.ceil(worst.textBytes / BYTES_PER_TOKEN);
    const entering = admission.enter(step, aboutTokens);
    // A call that a limit refuses asks the provider for nothing, not even for a count.
    const countTokens: ReserveParts['api']['countTokens'] = async (...counting) => {
      if ((await entering) !== null) throw new AppError('rate-limited', safe`The call is refused.`);
      return parts.api.countTokens(...counting);
    };
    const [denied, reserved] = await Promise.all([
      entering,
      reserveAttempt({ ...parts, api: { countTokens } }, asking, context),
    ]);
    if (!reserved.held) {
      // What earlier attempts of the call have used stays taken.
      if (denied === null && booked.length === 0) account.keep(admission.undo(step));
      return notMade(denied === null ? reserved.fault : refusal(denied));
    }
    const { reservation, maxTokens } = reserved;
    if (denied !== null) {
      account.keep(
        budgets.settle(reservation, ZERO).catch((error: unknown) => {
          const ids = { tenantId: label(tenantId), attemptId: label(attemptId) };
          emit({ type: 'budget.unsettled', ...ids, error: nameError(error) });
        }),
      );
      return notMade(refusal(denied));
    }

    const settle = account.reserve(reservation.amount);
    context.sink.admitted?.();
    const outcome = await next(lowerMaxTokens(request, maxTokens), context);

    const { estimated, tokens: seen, terms } = outcome.metered;
    const served = servedPrice(prices, request.model, outcome, at) ?? { model: request.model, price };
    const tokens = estimated === 'unanswered' ? reserved.worst.unanswered : withinOutput(seen, estimated, maxTokens);
    const cost = costOf(tokens, served.price, { inferenceGeo: request.inference_geo ?? null, ...terms });
    settle(cost);
    const { model } = served;
    booked.push({ model, tokens, cost });
    const facts = { attemptId, runId, tenantId, keyId, userId, agent, model, at };
    const record: UsageRecord = { ...facts, answered: outcome.ok, estimated, tokens, cost };
    account.keep(settleAttempt(parts, reservation, record));
    account.keep(admission.charge(step, allOf(tokens)));
    emit(attempted(record, outcome, clock.now() - at));
    return outcome;
  };
};

/** Where the provider itself went over to another model, that one is what it bills. */
const servedPrice = (prices: PriceTable, asked: string, outcome: Outcome, at: number) => {
  if (!outcome.ok || familyOf(outcome.message.model) === familyOf(asked)) return null;
  const { model } = outcome.message;
  const price = priceAt(prices, model, at);
  return price && { model, price };
};

const isLimited = ({ budget, account }: CallContext): boolean => {
  const limits = [budget.tenant, ...budget.others].flatMap(({ limits: { day, month } }) => [day, month]);
  return budget.unbounded !== true && !budget.shadow && [account.limit, ...limits].some((limit) => limit !== null);
};

/** An estimate from what was seen may exceed what was allowed and held back; no answer can. */
const withinOutput = (tokens: TokenUsage, estimated: Estimate, maxTokens: number): TokenUsage =>
  estimated === null ? tokens : { ...tokens, outputTokens: Math.min(tokens.outputTokens, maxTokens) };

const allOf = (tokens: UsageRecord['tokens']): number =>
  tokens.inputTokens +
  tokens.outputTokens +
  tokens.cacheReadInputTokens +
  tokens.cacheWrite5mInputTokens +
  tokens.cacheWrite1hInputTokens;
