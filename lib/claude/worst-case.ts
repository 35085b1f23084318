import { fitOutput, type Fit } from '../budget/fit-output.ts';
import { pico, type PicoUsd } from '../kernel/money.ts';
import type { Price } from '../usage/price-table.ts';
import { dearestInputRate, dearestOutputRate, inputTokenBound } from '../usage/pricing.ts';
import { NO_TOKENS, type TokenUsage } from '../usage/record.ts';
import type { ModelRequest } from './types.ts';

/** How a request asks for the one-hour cache; text that only looks like it raises the bound, never lowers it. */
const ONE_HOUR = '"ttl":"1h"';

/** What an attempt can cost at most, before anything is known of it but its request. */
export interface WorstCase {
  readonly inputTokens: number;
  /** How it fits into `remaining`; `null`: no limit. */
  fit(remaining: PicoUsd | null): Fit;
  /** The same request, its input bounded anew: by the provider's own count. */
  counted(inputTokens: number): WorstCase;
  /** All of the input, as the dearest kind that the request may have made of it. */
  readonly unanswered: TokenUsage;
}

const unansweredOf = (inputTokens: number, json: string): TokenUsage => {
  if (!json.includes('"cache_control"')) return { ...NO_TOKENS, inputTokens };
  return json.includes(ONE_HOUR)
    ? { ...NO_TOKENS, cacheWrite1hInputTokens: inputTokens }
    : { ...NO_TOKENS, cacheWrite5mInputTokens: inputTokens };
};

const bounded = (request: ModelRequest, json: string, price: Price, inputTokens: number): WorstCase => {
  const terms = { inferenceGeo: request.inference_geo ?? null, oneHourCacheWrites: json.includes(ONE_HOUR) };
  return {
    inputTokens,
    unanswered: unansweredOf(inputTokens, json),
    fit: (remaining) =>
      fitOutput({
        remaining,
        inputCost: pico(dearestInputRate(price, inputTokens, terms) * BigInt(inputTokens)),
        outputRate: dearestOutputRate(price, inputTokens, terms),
        maxTokens: request.max_tokens,
      }),
    counted: (count) => bounded(request, json, price, count),
  };
};

/** Bounded by the bytes of the request. */
export const worstCaseOf = (request: ModelRequest, price: Price): WorstCase => {
  const json = JSON.stringify(request);
  return bounded(request, json, price, inputTokenBound(Buffer.byteLength(json), 0, price.contextWindow));
};
