import { upstreamIdOf } from '../../http/upstream-id.ts';
import { bookedName, pseudonymOf } from '../../kernel/ids/pseudonym.ts';
import { pico, type PicoUsd, plus, sum, ZERO } from '../../kernel/money.ts';
import type { PriceTable } from '../../pricing/price-table.ts';
import { LEAST_CODE_EXECUTION_MS } from '../../pricing/prices.ts';
import { costOf, familyOf, priceAt, type PricingTerms, unpricedTerms } from '../../pricing/pricing.ts';
import { NO_TOKENS, type UsageRecord } from '../../usage/record.ts';
import { billedParts, combined, type PricedModel } from '../metering/billed-parts.ts';
import { hidingOf } from '../metering/hiding.ts';
import type { Bill } from '../metering/meter.ts';
import { NO_BILL, settledUsage } from '../metering/settled-usage.ts';
import { type Unseen, unseenOf } from '../metering/unseen.ts';
import type { Metered, Outcome } from '../outcome.ts';
import type { ModelRequest } from '../provider.ts';
import type { BookedAttempt, CallContext } from '../types.ts';
import type { CostBound } from './cost-bound.ts';

/** An attempt that went out. */
export interface MadeAttempt {
  readonly attemptId: string;
  readonly request: ModelRequest;
  /** Of the model that was asked. */
  readonly price: PricedModel['price'];
  /** Epoch milliseconds. */
  readonly at: number;
  readonly durationMs: number;
  readonly costBound: CostBound;
  /** What was held back for it. */
  readonly reserved: PicoUsd;
  /** The output that it was allowed. */
  readonly maxTokens: number;
}

/** What an attempt goes on the books as. */
export interface BookedRecord {
  readonly record: UsageRecord;
  /** Names of what its answer lists and has no known price, for the operator. */
  readonly unpriced: readonly string[];
}

const HOUR_MS = 3_600_000n;

/** Where the provider itself went over to another model, that one is what it bills. */
const servedIn = (prices: PriceTable, asked: PricedModel, at: number, outcome: Outcome) => {
  const model: unknown = outcome.ok ? outcome.message.model : asked.model;
  if (typeof model !== 'string' || familyOf(model) === familyOf(asked.model)) return { served: asked, unpriced: [] };
  const price = priceAt(prices, model, at);
  return price === null ? { served: asked, unpriced: ['model'] } : { served: { model, price }, unpriced: [] };
};

/** What may have been billed of an attempt that broke off, beyond what was seen. */
const unseenIn = (
  { sight, estimated, givenUp }: Metered,
  { request, costBound }: MadeAttempt,
  { listener: { wire } }: CallContext,
): Unseen => {
  if (estimated !== 'cut' && estimated !== 'unanswered') return 'nothing';
  if (estimated === 'unanswered' && givenUp !== true) return 'nothing';
  return unseenOf(hidingOf(request, costBound, wire), sight ?? null);
};

const speedOf = (request: ModelRequest): string => (request as { speed?: string | null }).speed ?? 'standard';

/** An answer that claims a dearer speed than was asked: the provider bills another speed only to who asks for it. */
const isUnaskedSpeed = (request: ModelRequest, { terms }: Metered): boolean =>
  speedOf(request) === 'standard' && (terms?.speed ?? 'standard') !== 'standard';

/** Where nothing was said of an attempt, its workspace may have set the dearer geography; `null`: what was asked. */
const geographyOf = ({ inference_geo: asked }: ModelRequest, { estimated }: Metered): string | null =>
  asked ?? (estimated === undefined || estimated === null ? null : 'us');

/** The terms that the upstream says it billed under; where it says nothing, those that were asked. */
const termsOf = (request: ModelRequest, metered: Metered): PricingTerms => ({
  inferenceGeo: geographyOf(request, metered),
  speed: speedOf(request),
  ...metered.terms,
  ...(isUnaskedSpeed(request, metered) && { speed: 'standard' }),
});

const codeExecution = ({ ranCode }: Bill, { price, durationMs }: MadeAttempt): PicoUsd => {
  const ms = BigInt(Math.ceil(Math.max(durationMs, LEAST_CODE_EXECUTION_MS)));
  return ranCode ? pico((price.codeExecutionHour * ms + HOUR_MS - 1n) / HOUR_MS) : ZERO;
};

/**
 * What an attempt goes on the books as: the tokens that it used, each at the price of the model that used them. What
 * the upstream did not tell is booked as reserved, what nobody knows a price of at the dearest known one; both are
 * marked.
 */
export const recordOf = (
  prices: PriceTable,
  made: MadeAttempt,
  outcome: Outcome,
  context: CallContext,
): BookedRecord => {
  const { attemptId, request, at, reserved, costBound, maxTokens } = made;
  const { runId, agent } = context;
  const { tenantId, keyId, userId, labels } = context.caller;
  const { metered } = outcome;
  const { estimated, bill = NO_BILL } = metered;
  const asked = { model: request.model, price: made.price };
  const { served, unpriced: unknownModel } = servedIn(prices, asked, at, outcome);
  const unseen = unseenIn(metered, made, context);
  const usage = settledUsage(metered, unseen, { input: costBound.unanswered, maxTokens }, served.price);
  const { parts, unpriced: unknownIterations } = billedParts(prices, at, { asked, served }, usage);

  const terms = termsOf(request, metered);
  const tokensCost = sum(parts.map((part) => costOf(part.tokens, part.price, terms)));
  const counted = plus(tokensCost, codeExecution(bill, made));
  const unpriced = [
    ...unknownModel,
    ...unknownIterations,
    ...bill.unknown,
    ...(usage.isUncounted ? ['counts'] : []),
    ...(outcome.ok ? unpricedTerms(served.price, terms) : []),
    ...(isUnaskedSpeed(request, metered) ? ['speed'] : []),
  ];
  const ofAnswer = usage.isUncounted ? 'uncounted' : unpriced.length > 0 ? 'unpriced' : null;
  return {
    record: {
      attemptId,
      runId,
      tenantId,
      keyId,
      userId: userId === null ? null : bookedName(pseudonymOf(userId)),
      agent,
      labels,
      model: served.model,
      at,
      answered: outcome.ok,
      estimated: estimated ?? ofAnswer,
      tokens: parts.reduce((all, part) => combined(all, part.tokens), NO_TOKENS),
      cost: unseen === 'turns' && reserved > counted ? reserved : counted,
    },
    unpriced: [...new Set(unpriced)],
  };
};

/** An attempt as its run knows it. */
export const bookedAttempt = (
  { model, tokens, cost, estimated }: UsageRecord,
  { at, durationMs, reserved }: MadeAttempt,
  outcome: Outcome,
): BookedAttempt => ({
  model,
  tokens,
  cost,
  reserved,
  at,
  durationMs,
  firstContentMs: outcome.metered.firstContentMs,
  fault: outcome.ok ? null : outcome.fault.kind,
  estimated,
  upstreamRequestId: upstreamIdOf(outcome.metered.upstreamRequestId),
});
