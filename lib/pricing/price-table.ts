import { parseUsd, pico, type PicoUsd } from '../kernel/money.ts';
import {
  CODE_EXECUTION_USD_PER_HOUR,
  type ModelPrice,
  type ModelPrices,
  type PriceBand,
  type PricePeriod,
  WEB_SEARCH_USD_PER_THOUSAND,
} from './prices.ts';

/** Pico-dollars per token, for prompts of more than `overPromptTokens`. */
export interface Rates {
  readonly overPromptTokens: number;
  readonly input: PicoUsd;
  readonly output: PicoUsd;
  readonly cacheRead: PicoUsd;
}

/** By rising threshold, the first from zero. */
export type Bands = readonly [Rates, ...Rates[]];

/** What a model costs at one instant, and the limits that bound what a call to it can cost. */
export interface Price {
  readonly bands: Bands;
  /** Those of `speed: "fast"`; `null`: no price is known for it. */
  readonly fast: Bands | null;
  /** Of one search. */
  readonly webSearch: PicoUsd;
  /** Of one hour in a container. */
  readonly codeExecutionHour: PicoUsd;
  readonly contextWindow: number;
  readonly maxOutputTokens: number;
  /** Epoch milliseconds from which on the provider serves the model no more; `null`: no end is announced. */
  readonly retiresAt: number | null;
}

interface DatedPrice extends Price {
  /** Epoch milliseconds. */
  readonly from: number;
}

/** Prices ready for use: by model id, the periods in order. */
export type PriceTable = ReadonlyMap<string, readonly DatedPrice[]>;

const perToken = (usdPerMillion: string): PicoUsd => pico(parseUsd(usdPerMillion) / 1_000_000n);

const rates = (band: PriceBand): Rates => ({
  overPromptTokens: band.overPromptTokens ?? 0,
  input: perToken(band.input),
  output: perToken(band.output),
  cacheRead: perToken(band.cacheRead),
});

const bandsOf = ([first, ...more]: readonly PriceBand[]): Bands => {
  if (first === undefined) throw new RangeError('a price period without a band');
  return [rates(first), ...more.map(rates)];
};

const dated = ({ periods: _, retiresAt, ...limits }: ModelPrice, period: PricePeriod): DatedPrice => ({
  ...limits,
  from: period.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(period.from),
  bands: bandsOf(period.bands),
  fast: period.fast === undefined ? null : bandsOf(period.fast),
  webSearch: pico(parseUsd(period.webSearchesPerThousand ?? WEB_SEARCH_USD_PER_THOUSAND) / 1_000n),
  codeExecutionHour: parseUsd(period.codeExecutionPerHour ?? CODE_EXECUTION_USD_PER_HOUR),
  retiresAt: retiresAt === undefined ? null : Date.parse(retiresAt),
});

/** Builds the table that `priceAt` reads; a later argument replaces a model of an earlier one. */
export const createPriceTable = (...layers: readonly ModelPrices[]): PriceTable =>
  new Map(
    layers.flatMap((layer) =>
      Object.entries(layer).map(
        ([model, price]) => [model, price.periods.map((period) => dated(price, period))] as const,
      ),
    ),
  );
