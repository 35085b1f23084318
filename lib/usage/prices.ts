import type { ModelPrices, PricePeriod } from './price-table.ts';

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

const flat = (input: string, output: string, cacheRead: string): PricePeriod[] => [
  { bands: [{ input, output, cacheRead }] },
];

const LARGE = { contextWindow: 1_000_000, maxOutputTokens: 128_000 };
// The 4.5 generation: a request above its window is refused by the provider, so it cannot be billed.
const SMALL = { contextWindow: 200_000, maxOutputTokens: 64_000 };

/**
 * US dollars per million tokens, by model family. Windows and output limits are from stored copies of the provider's model pages
 * (that of `claude-fable-5` is assumed to be its successor's); they bound reservations, so a stage should verify them too.
 * What is not listed has no price and is refused: `claude-fable-5-2` and `claude-mythos-*` are known, their prices are not.
 */
export const PUBLISHED_PRICES: ModelPrices = {
  'claude-fable-5-1': { ...LARGE, periods: flat('10', '50', '0.25') },
  'claude-fable-5': { ...LARGE, periods: flat('10', '50', '1') },
  'claude-opus-5-5': { ...LARGE, periods: flat('4', '20', '0.20') },
  'claude-opus-5': { ...LARGE, periods: flat('5', '25', '0.50') },
  'claude-opus-4-8': { ...LARGE, periods: flat('5', '25', '0.50') },
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
  // Ends on 2026-11-30; its price stays, because old runs are priced by their day.
  'claude-sonnet-4-5': { ...SMALL, periods: flat('3', '15', '0.30') },
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
