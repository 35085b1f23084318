import { pico, type PicoUsd, plus } from '../kernel/money.ts';
import type { TokenUsage } from '../usage/record.ts';
import type { Bands, Price, PriceTable, Rates } from './price-table.ts';
import { DEAREST_FAST_MULTIPLE } from './prices.ts';

/** What changes the price of a whole request. */
export interface PricingTerms {
  /** Half of everything. */
  readonly batch?: boolean;
  /** As requests and answers name it; anything but `global` (or nothing) costs 1.1 times, as `us` does. */
  readonly inferenceGeo?: string | null;
  /** As requests and answers name it; anything but `standard` (or nothing) costs what `fast` does. */
  readonly speed?: string | null;
}

/** What a bound has to reckon with. */
export interface BoundTerms extends PricingTerms {
  /** Whether the request may write to the one-hour cache; otherwise the five-minute cache is assumed. */
  readonly oneHourCacheWrites?: boolean;
}

const DATED = /^(.+)-\d{8}$/;

/** The family of a dated id (`claude-haiku-4-5-20251001`), or the id itself. */
export const familyOf = (model: string): string => DATED.exec(model)?.[1] ?? model;

/** The price of a model, or of the family of a dated id, at an instant in epoch milliseconds; `null`: it has none. */
export const priceAt = (table: PriceTable, model: string, at: number): Price | null => {
  const periods = table.get(model) ?? table.get(familyOf(model));
  return periods?.findLast(({ from }) => from <= at) ?? null;
};

/** Whether the provider serves a model of this price no more. */
export const isRetired = ({ retiresAt }: Price, now: number): boolean => retiresAt !== null && retiresAt <= now;

/** Whether a term names anything but its plain value. */
const isNamed = (term: string | null | undefined, plain: string): boolean =>
  term !== undefined && term !== null && term !== plain;

/** A term of an answer that no price is known for; it is booked at the dearest known one. */
export type UnpricedTerm = 'inference_geo' | 'speed';

/** Which of the terms no price is known for. */
export const unpricedTerms = (price: Price, { inferenceGeo, speed }: PricingTerms): UnpricedTerm[] => [
  ...(isNamed(inferenceGeo, 'global') && inferenceGeo !== 'us' ? (['inference_geo'] as const) : []),
  ...(isNamed(speed, 'standard') && (speed !== 'fast' || price.fast === null) ? (['speed'] as const) : []),
];

const dearestFast = (rates: Rates): Rates => ({
  ...rates,
  input: pico(rates.input * DEAREST_FAST_MULTIPLE),
  output: pico(rates.output * DEAREST_FAST_MULTIPLE),
  cacheRead: pico(rates.cacheRead * DEAREST_FAST_MULTIPLE),
});

const bandsUnder = ({ bands: [first, ...more], fast }: Price, { speed }: PricingTerms): Bands => {
  if (!isNamed(speed, 'standard')) return [first, ...more];
  return fast ?? [dearestFast(first), ...more.map(dearestFast)];
};

/** Factors of the input rate, in quarters, which keep 1.25 whole. */
const QUARTERS = { plain: 4n, cacheWrite5m: 5n, cacheWrite1h: 8n } as const;

/**
 * Quarters of a pico-dollar, under the terms, as pico-dollars. No published rate leaves a fraction (a property test
 * holds that); one of a stage's own prices is rounded up, so that a budget is never charged too little.
 */
const underTerms = (quarters: bigint, { batch = false, inferenceGeo }: PricingTerms): PicoUsd => {
  // A geography that is not known costs what the dearest known one does.
  const numerator = quarters * (isNamed(inferenceGeo, 'global') ? 11n : 10n);
  const denominator = batch ? 80n : 40n;
  return pico((numerator + denominator - 1n) / denominator);
};

const bandOf = (bands: Bands, promptTokens: number): Rates =>
  bands.findLast(({ overPromptTokens }) => promptTokens > overPromptTokens) ?? bands[0];

/** Exactly what the tokens and searches cost; the band follows from the whole prompt (input, cache reads, cache writes). */
export const costOf = (tokens: TokenUsage, price: Price, terms: PricingTerms = {}): PicoUsd => {
  const { inputTokens, outputTokens, cacheReadInputTokens, cacheWrite5mInputTokens, cacheWrite1hInputTokens } = tokens;
  const prompt = inputTokens + cacheReadInputTokens + cacheWrite5mInputTokens + cacheWrite1hInputTokens;
  const rates = bandOf(bandsUnder(price, terms), prompt);
  const input =
    BigInt(inputTokens) * QUARTERS.plain +
    BigInt(cacheWrite5mInputTokens) * QUARTERS.cacheWrite5m +
    BigInt(cacheWrite1hInputTokens) * QUARTERS.cacheWrite1h;
  const flat = BigInt(cacheReadInputTokens) * rates.cacheRead + BigInt(outputTokens) * rates.output;
  return plus(
    underTerms(input * rates.input + flat * QUARTERS.plain, terms),
    // The terms are those of tokens: a search costs the same everywhere.
    pico(BigInt(tokens.webSearchRequests) * price.webSearch),
  );
};

const dearest = (bands: Bands, boundTokens: number, quartersOf: (rates: Rates) => bigint): bigint =>
  bands
    .filter(({ overPromptTokens }) => overPromptTokens === 0 || boundTokens > overPromptTokens)
    .map(quartersOf)
    .reduce((most, quarters) => (quarters > most ? quarters : most), 0n);

/** The most that one input token can cost in a prompt of at most `boundTokens`, whatever of it is written to the cache. */
export const dearestInputRate = (price: Price, boundTokens: number, terms: BoundTerms = {}): PicoUsd => {
  const write = terms.oneHourCacheWrites ? QUARTERS.cacheWrite1h : QUARTERS.cacheWrite5m;
  const quarters = ({ input, cacheRead }: Rates) =>
    input * write > cacheRead * QUARTERS.plain ? input * write : cacheRead * QUARTERS.plain;
  return underTerms(dearest(bandsUnder(price, terms), boundTokens, quarters), terms);
};

/** The most that one output token can cost after a prompt of at most `boundTokens`. */
export const dearestOutputRate = (price: Price, boundTokens: number, terms: PricingTerms = {}): PicoUsd =>
  underTerms(
    dearest(bandsUnder(price, terms), boundTokens, ({ output }) => output * QUARTERS.plain),
    terms,
  );

/**
 * What the provider adds to a prompt besides the request's own text (tool preambles, role markers), in tokens;
 * judged generously: its published tool preambles stay below 1,000.
 */
const OVERHEAD_TOKENS = 1_000;

/**
 * The most input tokens a request can be billed for: a token is at least one byte of UTF-8,
 * `mediaBound` covers images and pages, and nothing larger than the window is accepted.
 */
export const inputTokenBound = (requestBytes: number, mediaBound: number, contextWindow: number): number =>
  Math.min(requestBytes + OVERHEAD_TOKENS + mediaBound, contextWindow);
