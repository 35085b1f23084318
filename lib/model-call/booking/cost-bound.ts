import { type Fit, fitOutput } from '../../budget/fit-output.ts';
import { pico, type PicoUsd, plus } from '../../kernel/money.ts';
import { inputBoundOf } from '../../pricing/bounds/input-bound.ts';
import type { Unpriceable } from '../../pricing/bounds/judge-request.ts';
import type { Price } from '../../pricing/price-table.ts';
import { type BoundTerms, dearestInputRate, dearestOutputRate } from '../../pricing/pricing.ts';
import { NO_TOKENS, type TokenUsage } from '../../usage/record.ts';
import type { ModelRequest, Wire } from '../provider.ts';
import { unpriceableAside } from './unpriceable-aside.ts';

/** What an attempt can cost at most, before anything is known of it but its request. */
export interface CostBound {
  /** Of the request as JSON, in UTF-8, media left out. */
  readonly textBytes: number;
  /** What of the request has no bound; `fit` then knows the rest alone. */
  readonly unpriceable: readonly Unpriceable[];
  /** How it fits into `remaining`; `null`: no limit. */
  fit(remaining: PicoUsd | null): Fit;
  /** Whether `counted` would help. */
  readonly countable: boolean;
  /** The same request, its input bounded anew by the provider's own count; `null` where that may not stand for it. */
  counted(inputTokens: number): CostBound | null;
  /** All of the input, as the dearest kind that the request may have made of it. */
  readonly unanswered: TokenUsage;
}

/** What of a client's own form of a request has a say in its price. */
export type WireTerms = Pick<Wire, 'bytes' | 'headers' | 'query'>;

interface Bounded {
  readonly textBytes: number;
  readonly unpriceable: readonly Unpriceable[];
  readonly request: ModelRequest;
  readonly price: Price;
  readonly terms: BoundTerms;
  /** Whether anything of it may be written to the prompt cache. */
  readonly caches: boolean;
  readonly countable: boolean;
  /** Of the server's tools, their tokens aside. */
  readonly tools: PicoUsd;
}

const unansweredOf = (inputTokens: number, { terms, caches }: Bounded): TokenUsage => {
  if (!caches) return { ...NO_TOKENS, inputTokens };
  return terms.oneHourCacheWrites
    ? { ...NO_TOKENS, cacheWrite1hInputTokens: inputTokens }
    : { ...NO_TOKENS, cacheWrite5mInputTokens: inputTokens };
};

const bounded = (facts: Bounded, inputTokens: number): CostBound => {
  const { request, price, terms, tools, countable } = facts;
  const input = pico(dearestInputRate(price, inputTokens, terms) * BigInt(inputTokens));
  return {
    textBytes: facts.textBytes,
    unpriceable: facts.unpriceable,
    countable,
    unanswered: unansweredOf(inputTokens, facts),
    fit: (remaining) =>
      fitOutput({
        remaining,
        inputCost: plus(input, tools),
        outputRate: dearestOutputRate(price, inputTokens, terms),
        maxTokens: request.max_tokens,
      }),
    counted: (count) => (countable ? bounded(facts, count) : null),
  };
};

/**
 * Bounded by what the request holds, and by the text, the betas and the query that a client sends in its place. Without a word about
 * geography, a workspace may have set the dearer one. `unbounded`: an administrator has done without a bound of what the web brings.
 */
export const costBoundOf = (request: ModelRequest, price: Price, wire?: WireTerms, unbounded = false): CostBound => {
  const json = JSON.stringify(request);
  const bytes = Math.max(Buffer.byteLength(json), wire?.bytes ?? 0);
  const bound = inputBoundOf(request, bytes, price.contextWindow, { usual: unbounded });
  const inferenceGeo = request.inference_geo === 'global' ? null : 'us';
  const { speed } = request as { readonly speed?: string | null };
  const aside = [
    ...(wire === undefined ? [] : unpriceableAside(wire, price.contextWindow)),
    // Another model may have a price for it.
    ...(speed === 'fast' && price.fast === null ? [{ path: 'speed', name: speed }] : []),
  ];
  return bounded(
    {
      request,
      price,
      textBytes: bound.textBytes,
      unpriceable: [...bound.unpriceable, ...aside],
      countable: bound.countable && aside.length === 0,
      tools: pico(BigInt(bound.webSearches) * price.webSearch),
      caches: json.includes('"cache_control"'),
      terms: {
        inferenceGeo,
        speed: speed ?? null,
        oneHourCacheWrites: bound.oneHourCacheWrites || aside.length > 0,
      },
    },
    bound.tokens,
  );
};
