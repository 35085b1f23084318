import type { Price, PriceTable } from '../usage/price-table.ts';
import { costOf, familyOf, priceAt } from '../usage/pricing.ts';
import type { Estimate, TokenUsage, UsageRecord } from '../usage/record.ts';
import type { Outcome } from './outcome.ts';
import type { CallContext, ModelRequest } from './types.ts';
import type { WorstCase } from './worst-case.ts';

/** An attempt that went out. */
export interface MadeAttempt {
  readonly attemptId: string;
  readonly request: ModelRequest;
  /** Of the model that was asked. */
  readonly price: Price;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly worst: WorstCase;
  /** The output that it was allowed. */
  readonly maxTokens: number;
}

/** Where the provider itself went over to another model, that one is what it bills. */
const billedAs = (prices: PriceTable, { request, price, at }: MadeAttempt, outcome: Outcome) => {
  const asked = { model: request.model, price };
  if (!outcome.ok || familyOf(outcome.message.model) === familyOf(asked.model)) return asked;
  const { model } = outcome.message;
  const own = priceAt(prices, model, at);
  return own === null ? asked : { model, price: own };
};

/** An estimate from what was seen may exceed what was allowed and held back; no answer can. */
const withinOutput = (tokens: TokenUsage, estimated: Estimate, maxTokens: number): TokenUsage =>
  estimated === null ? tokens : { ...tokens, outputTokens: Math.min(tokens.outputTokens, maxTokens) };

/** What an attempt goes on the books as: the tokens that it used, at the price of the model that served it. */
export const recordOf = (
  prices: PriceTable,
  attempt: MadeAttempt,
  outcome: Outcome,
  { runId, tenantId, keyId, userId, agent }: CallContext,
): UsageRecord => {
  const { attemptId, request, at, worst, maxTokens } = attempt;
  const { estimated, tokens: seen, terms } = outcome.metered;
  const { model, price } = billedAs(prices, attempt, outcome);
  const tokens = estimated === 'unanswered' ? worst.unanswered : withinOutput(seen, estimated, maxTokens);
  const cost = costOf(tokens, price, { inferenceGeo: request.inference_geo ?? null, ...terms });
  const facts = { attemptId, runId, tenantId, keyId, userId, agent, model, at };
  return { ...facts, answered: outcome.ok, estimated, tokens, cost };
};
