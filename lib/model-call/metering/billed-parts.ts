import type { Price, PriceTable } from '../../pricing/price-table.ts';
import { familyOf, priceAt } from '../../pricing/pricing.ts';
import { NO_TOKENS, type TokenUsage } from '../../usage/record.ts';
import type { Iteration } from './meter.ts';

/** A model with its price. */
export interface PricedModel {
  readonly model: string;
  readonly price: Price;
}

/** What is billed at one model's price; the band is that of its own prompt. */
export interface BilledPart extends PricedModel {
  readonly tokens: TokenUsage;
}

/** Iterations of the request's own answer: `usage` holds what they add up to, or the last one, or the first. */
const WITHIN: ReadonlySet<string> = new Set(['message', 'fallback_message']);
/** Those beside it, which `usage` leaves out. */
const BESIDE: ReadonlySet<string> = new Set(['compaction', 'advisor_message']);

const KINDS = Object.keys(NO_TOKENS) as (keyof TokenUsage)[];

export const combined = (
  a: TokenUsage,
  b: TokenUsage,
  join: (one: number, other: number) => number = (one, other) => one + other,
): TokenUsage => Object.fromEntries(KINDS.map((kind) => [kind, join(a[kind], b[kind])])) as unknown as TokenUsage;

const isSome = (tokens: TokenUsage): boolean => KINDS.some((kind) => tokens[kind] > 0);

const dearer = (one: PricedModel, other: PricedModel): PricedModel =>
  other.price.bands[0].output > one.price.bands[0].output ? other : one;

const dearestOf = (prices: PriceTable, at: number, least: PricedModel): PricedModel =>
  [...prices.keys()].reduce((dearest, model) => {
    const price = priceAt(prices, model, at);
    return price === null ? dearest : dearer(dearest, { model, price });
  }, least);

export interface Billed {
  readonly parts: readonly BilledPart[];
  /** Names of what has no known price. */
  readonly unpriced: readonly string[];
}

/**
 * Takes a bill apart: each iteration at its own model's price, and whatever the request's own counts hold beyond its
 * iterations at that of the model that served. A model without a price is booked as the dearest one.
 */
export const billedParts = (
  prices: PriceTable,
  at: number,
  { asked, served }: { readonly asked: PricedModel; readonly served: PricedModel },
  { tokens, iterations }: { readonly tokens: TokenUsage; readonly iterations: readonly Iteration[] },
): Billed => {
  const unpriced: string[] = [];
  const modelOf = ({ type, model }: Iteration): PricedModel => {
    // A compaction is done by the model that was asked, unless another had taken over.
    if (model === null) return WITHIN.has(type) ? served : dearer(served, asked);
    if (familyOf(model) === familyOf(served.model)) return served;
    const price = priceAt(prices, model, at);
    if (price !== null) return { model, price };
    unpriced.push('iterations.model');
    return dearestOf(prices, at, served);
  };
  for (const { type } of iterations) if (!WITHIN.has(type) && !BESIDE.has(type)) unpriced.push('iterations.type');
  const own = iterations.filter(({ type }) => WITHIN.has(type)).map((each) => each.tokens);
  const inIterations = own.reduce((all, one) => combined(all, one), NO_TOKENS);
  const beyond = combined(tokens, inIterations, (all, known) => Math.max(0, all - known));
  return {
    parts: [
      ...(isSome(beyond) || iterations.length === 0 ? [{ ...served, tokens: beyond }] : []),
      ...iterations.map((each) => ({ ...modelOf(each), tokens: each.tokens })),
    ],
    unpriced,
  };
};
