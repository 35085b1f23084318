/** Prices of one band in decimal US dollars per million tokens, at most six digits after the point. */
export interface PriceBand {
  /** The band holds for prompts of strictly more tokens than this; absent: from the first. */
  readonly overPromptTokens?: number;
  readonly input: string;
  readonly output: string;
  readonly cacheRead: string;
}

export interface PricePeriod {
  /** ISO 8601 UTC, inclusive; absent: from the beginning. */
  readonly from?: string;
  /** By rising threshold; the first has none. */
  readonly bands: readonly PriceBand[];
  /** The bands of `speed: "fast"`; absent: no price is known for it. */
  readonly fast?: readonly PriceBand[];
  /** Decimal US dollars, at most six digits after the point; absent: the published price. */
  readonly webSearchesPerThousand?: string;
  /** Decimal US dollars, at most six digits after the point; absent: the published price. */
  readonly codeExecutionPerHour?: string;
}

export interface ModelPrice {
  readonly contextWindow: number;
  readonly maxOutputTokens: number;
  /** ISO 8601 UTC: from then on the provider serves it no more. Absent: no end is announced. */
  readonly retiresAt?: string;
  /** By rising date. */
  readonly periods: readonly PricePeriod[];
}

/** Prices as they are written down, by model id. */
export type ModelPrices = Readonly<Record<string, ModelPrice>>;

/**
 * The month in which the figures below were gathered, from third-party copies of the published tables.
 * Verify them against the provider's own price list before production; `MODEL_PRICES` overrides them for a stage.
 */
export const PRICES_AS_OF = '2026-11';

/**
 * US dollars per thousand web searches, of every model, besides their tokens; neither batch nor geography changes it.
 * From stored copies of the provider's pricing page; verify before production. Web fetches cost their tokens alone.
 */
export const WEB_SEARCH_USD_PER_THOUSAND = '10';

/**
 * US dollars per hour in a container of the code execution tool, whatever the model; a container is billed for at
 * least five minutes. From stored copies of the provider's pricing page. The hours that are free each month are left
 * out, so the books lie above the bill.
 */
export const CODE_EXECUTION_USD_PER_HOUR = '0.05';
export const LEAST_CODE_EXECUTION_MS = 5 * 60_000;

/**
 * The highest multiple of the standard price that was ever published for fast mode (an early Opus, prompts over
 * 200,000 tokens): what a fast answer of a model without a fast price is booked at.
 */
export const DEAREST_FAST_MULTIPLE = 12n;

const flat = (input: string, output: string, cacheRead: string, fast?: PriceBand): PricePeriod[] => [
  { bands: [{ input, output, cacheRead }], ...(fast && { fast: [fast] }) },
];

/** Fast mode at twice the standard price, the price of reading the prompt cache too. */
const FAST_OPUS_5_5 = { input: '8', output: '40', cacheRead: '0.40' };
const FAST_OPUS = { input: '10', output: '50', cacheRead: '1' };

const LARGE = { contextWindow: 1_000_000, maxOutputTokens: 128_000 };
// The 4.5 generation: a request above its window is refused by the provider, so it cannot be billed.
const SMALL = { contextWindow: 200_000, maxOutputTokens: 64_000 };

/**
 * US dollars per million tokens, by model family. Windows and output limits are from stored copies of the provider's model pages
 * (that of `claude-fable-5` is assumed to be its successor's); they bound reservations, so a stage should verify them too.
 * Fast prices are from stored copies of the provider's pages on fast mode; prices of batches and geographies apply to them too.
 * `retiresAt` is the first instant of the day that the provider names as a model's end.
 * What is not listed has no price and is refused: `claude-fable-5-2` and `claude-mythos-*` are known, their prices are not.
 */
export const PUBLISHED_PRICES: ModelPrices = {
  'claude-fable-5-1': { ...LARGE, periods: flat('10', '50', '0.25') },
  'claude-fable-5': { ...LARGE, periods: flat('10', '50', '1') },
  'claude-opus-5-5': { ...LARGE, periods: flat('4', '20', '0.20', FAST_OPUS_5_5) },
  'claude-opus-5': { ...LARGE, periods: flat('5', '25', '0.50', FAST_OPUS) },
  'claude-opus-4-8': { ...LARGE, periods: flat('5', '25', '0.50', FAST_OPUS) },
  'claude-opus-4-7': { ...LARGE, periods: flat('5', '25', '0.50') },
  'claude-opus-4-6': { ...LARGE, periods: flat('5', '25', '0.50') },
  'claude-opus-4-5': { ...SMALL, periods: flat('5', '25', '0.50') },
  'claude-sonnet-5-5': {
    ...LARGE,
    periods: [
      { bands: [{ input: '2', output: '10', cacheRead: '0.20' }] },
      { from: '2026-10-07T00:00:00Z', bands: [{ input: '2', output: '10', cacheRead: '0.10' }] },
    ],
  },
  'claude-sonnet-5': { ...LARGE, periods: flat('2', '10', '0.20') },
  'claude-sonnet-4-6': { ...LARGE, periods: flat('3', '15', '0.30') },
  // Its price stays after its end, because old runs are priced by their day.
  'claude-sonnet-4-5': { ...SMALL, retiresAt: '2026-11-30T00:00:00Z', periods: flat('3', '15', '0.30') },
  'claude-haiku-5-5': {
    ...LARGE,
    periods: [
      {
        bands: [
          { input: '0.10', output: '0.50', cacheRead: '0.01' },
          { overPromptTokens: 100_000, input: '0.50', output: '2.50', cacheRead: '0.05' },
        ],
      },
    ],
  },
  'claude-haiku-4-5': { ...SMALL, periods: flat('1', '5', '0.10') },
};
