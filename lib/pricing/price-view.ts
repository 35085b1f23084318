import { formatUsd, pico, type PicoUsd } from '../kernel/money.ts';
import { NO_TOKENS, type TokenUsage } from '../usage/record.ts';
import type { Price, PriceTable, Rates } from './price-table.ts';
import { costOf, priceAt } from './pricing.ts';

/** What a million tokens cost in a prompt of more than `overPromptTokens`; decimal US dollars. */
export interface BandView {
  readonly overPromptTokens: number;
  readonly input: string;
  readonly output: string;
  readonly cacheRead: string;
  readonly cacheWrite5m: string;
  readonly cacheWrite1h: string;
}

export interface PriceView {
  readonly currency: 'USD';
  readonly perTokens: number;
  /** By rising threshold, the first from zero. */
  readonly bands: readonly BandView[];
  /** Those of `speed: "fast"`; `null`: no price is known for it. */
  readonly fast: readonly BandView[] | null;
  readonly webSearchesPerThousand: string;
  readonly codeExecutionPerHour: string;
  /** From when on the provider serves the model no more, ISO 8601 UTC; `null`: no end is announced. */
  readonly retiresAt: string | null;
}

const MILLION = 1_000_000;

const bandOf = (price: Price, rates: Rates): BandView => {
  // Alone in its price a band holds for any prompt, so that these figures are made by what charges them.
  const alone: Price = { ...price, bands: [{ ...rates, overPromptTokens: 0 }] };
  const million = (kind: keyof TokenUsage): string => formatUsd(costOf({ ...NO_TOKENS, [kind]: MILLION }, alone));
  return {
    overPromptTokens: rates.overPromptTokens,
    input: million('inputTokens'),
    output: million('outputTokens'),
    cacheRead: million('cacheReadInputTokens'),
    cacheWrite5m: million('cacheWrite5mInputTokens'),
    cacheWrite1h: million('cacheWrite1hInputTokens'),
  };
};

const thousand = (each: PicoUsd): string => formatUsd(pico(each * 1_000n));

/** What a model costs at an instant (epoch milliseconds), by which it is charged; `null` where it has no known price. */
export const viewPrice = (table: PriceTable, model: string, at: number): PriceView | null => {
  const price = priceAt(table, model, at);
  if (price === null) return null;
  return {
    currency: 'USD',
    perTokens: MILLION,
    bands: price.bands.map((rates) => bandOf(price, rates)),
    fast: price.fast?.map((rates) => bandOf(price, rates)) ?? null,
    webSearchesPerThousand: thousand(price.webSearch),
    codeExecutionPerHour: formatUsd(price.codeExecutionHour),
    retiresAt: price.retiresAt === null ? null : new Date(price.retiresAt).toISOString(),
  };
};
