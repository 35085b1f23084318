import { fitOutput, type Fit } from '../budget/fit-output.ts';
import type { Clock } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { AppError } from '../kernel/errors.ts';
import { formatUsd, pico } from '../kernel/money.ts';
import { safe } from '../kernel/redacted.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Price, PriceTable } from '../usage/price-table.ts';
import { costOf, dearestInputRate, dearestOutputRate, inputTokenBound, priceAt } from '../usage/pricing.ts';
import { NO_TOKENS, type TokenUsage, type UsageStore } from '../usage/record.ts';
import { attempted, bookAttempt } from './book-attempt.ts';
import { fault, refusal } from './faults.ts';
import type { MessagesApi } from './messages-api.ts';
import type { Bracket, CallContext, Metered, ModelRequest, Outcome } from './types.ts';

export interface WithBudgetOptions {
  readonly prices: PriceTable;
  readonly usage: Pick<UsageStore, 'add'>;
  readonly api: Pick<MessagesApi, 'countTokens'>;
  readonly clock: Clock;
  readonly emit: Emit;
}

/** Longest wait for the provider's count: without it the call is refused, which is better than late. */
const COUNT_LIMIT_MS = 3_000;

/** What is added to the provider's own count, which it calls an estimate. */
const COUNT_MARGIN = 1.05;

/** How a request asks for the one-hour cache; text that only looks like it raises the bound, never lowers it. */
const ONE_HOUR = '"ttl":"1h"';

const unmetered: Metered = { tokens: NO_TOKENS, estimated: null, firstContentMs: null, upstreamRequestId: null };

const refused = (error: AppError, kind?: 'run-cost'): Outcome => ({
  ok: false,
  fault: refusal(error, kind),
  metered: unmetered,
});

interface Worst {
  readonly inputTokens: number;
  readonly fit: Fit;
}

/** How a request fits into what the run may still spend, if its input has at most so many tokens. */
const fitting = (
  request: ModelRequest,
  json: string,
  price: Price,
  inputTokens: number,
  { account }: CallContext,
): Worst => {
  const terms = { inferenceGeo: request.inference_geo ?? null, oneHourCacheWrites: json.includes(ONE_HOUR) };
  const fit = fitOutput({
    remaining: account.remaining(),
    inputCost: pico(dearestInputRate(price, inputTokens, terms) * BigInt(inputTokens)),
    outputRate: dearestOutputRate(price, inputTokens, terms),
    maxTokens: request.max_tokens,
  });
  return { inputTokens, fit };
};

const tooDear = ({ account }: CallContext, asked: bigint): AppError =>
  new AppError('budget-exceeded', safe`What is left of the run's own limit does not cover another model call.`, {
    figures: {
      limit: formatUsd(pico(account.limit ?? 0n)),
      used: formatUsd(account.spent),
      reserved: formatUsd(account.reserved),
      asked: formatUsd(pico(asked)),
    },
  });

/** All of the input, as the dearest kind that the request may have made of it. */
const unanswered = (inputTokens: number, json: string): TokenUsage => {
  if (!json.includes('"cache_control"')) return { ...NO_TOKENS, inputTokens };
  return json.includes(ONE_HOUR)
    ? { ...NO_TOKENS, cacheWrite1hInputTokens: inputTokens }
    : { ...NO_TOKENS, cacheWrite5mInputTokens: inputTokens };
};

/**
 * Reserves what an attempt can cost at most, lowers its output to what is affordable, and books what it did cost:
 * one usage record an attempt, whatever became of it. The record is written while the run goes on; its answer waits for it.
 */
export const withBudget =
  ({ prices, usage, api, clock, emit }: WithBudgetOptions): Bracket =>
  (next) =>
  async (request, context) => {
    const { account, booked, runId, step } = context;
    const at = clock.now();
    const price = priceAt(prices, request.model, at);
    if (!price) return refused(new AppError('unpriced-model', safe`A model without a known price is not called.`));
    const json = JSON.stringify(request);
    let worst = fitting(
      request,
      json,
      price,
      inputTokenBound(Buffer.byteLength(json), 0, price.contextWindow),
      context,
    );
    if (!worst.fit.fits) {
      using limit = createDeadline(clock, COUNT_LIMIT_MS, context.deadline.signal);
      const counted = await api.countTokens(request, limit.signal).catch(() => null);
      const { stoppedBy } = context.deadline;
      if (stoppedBy !== null) return { ok: false, fault: fault(stoppedBy), metered: unmetered };
      if (counted !== null) worst = fitting(request, json, price, Math.ceil(counted * COUNT_MARGIN), context);
    }
    const { fit, inputTokens } = worst;
    if (!fit.fits) return refused(tooDear(context, fit.asked), 'run-cost');

    const attemptId = `${runId}:${step}:${booked.length + 1}`;
    const settle = account.reserve(fit.reserve);
    const outcome = await next({ ...request, max_tokens: fit.maxTokens }, context);

    const { metered } = outcome;
    const tokens = metered.estimated === 'unanswered' ? unanswered(inputTokens, json) : metered.tokens;
    const cost = costOf(tokens, price, { inferenceGeo: request.inference_geo ?? null });
    settle(cost);
    booked.push({ model: request.model, tokens, cost });
    const { tenantId, keyId, userId, agent } = context;
    const { model } = request;
    const { estimated } = metered;
    const record = {
      attemptId,
      runId,
      tenantId,
      keyId,
      userId,
      agent,
      model,
      at,
      answered: outcome.ok,
      estimated,
      tokens,
      cost,
    };
    account.keep(bookAttempt(record, usage, emit));
    emit(attempted(record, outcome, clock.now() - at));
    return outcome;
  };
