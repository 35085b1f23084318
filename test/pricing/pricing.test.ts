import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatUsd } from '../../lib/kernel/money.ts';
import { createPriceTable, type Price } from '../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import {
  type BoundTerms,
  costOf,
  dearestInputRate,
  dearestOutputRate,
  inputTokenBound,
  priceAt,
  type PricingTerms,
  unpricedTerms,
} from '../../lib/pricing/pricing.ts';
import { NO_TOKENS, type TokenUsage } from '../../lib/usage/record.ts';

const SEED = 20261120;
const table = createPriceTable(PUBLISHED_PRICES);
const prices: Price[] = [...table.values()].flat();
const kinds = Object.keys(NO_TOKENS) as (keyof TokenUsage)[];
const terms: PricingTerms[] = [
  {},
  { batch: true },
  { inferenceGeo: 'us' },
  { batch: true, inferenceGeo: 'us' },
  { speed: 'fast' },
  { speed: 'fast', inferenceGeo: 'us' },
];

/** The price with one of its bands alone, so that a single token can be priced in it. */
const inBand = (price: Price, band: Price['bands'][number]): Price => ({
  ...price,
  bands: [{ ...band, overPromptTokens: 0 }],
  fast: price.fast && [{ ...price.fast[0], overPromptTokens: 0 }],
});

const count = fc.nat({ max: 1_000_000 });
const usage = fc.record<TokenUsage>({
  inputTokens: count,
  outputTokens: count,
  cacheReadInputTokens: count,
  cacheWrite5mInputTokens: count,
  cacheWrite1hInputTokens: count,
  webSearchRequests: fc.nat({ max: 100 }),
});
const promptOf = ({ outputTokens: _, webSearchRequests: __, ...prompt }: TokenUsage) =>
  Object.values(prompt).reduce((a, b) => a + b, 0);

describe('the cost of a request', () => {
  it('is a whole number of pico-dollars for every published rate under all terms, without rounding', () => {
    for (const price of prices) {
      for (const alone of price.bands.map((band) => inBand(price, band))) {
        for (const kind of kinds) {
          for (const term of terms) {
            const one = costOf({ ...NO_TOKENS, [kind]: 1 }, alone, term);
            expect(costOf({ ...NO_TOKENS, [kind]: 80 }, alone, term)).toBe(80n * one);
          }
        }
      }
    }
  });

  it('is the sum of what its parts cost, within one band', () => {
    fc.assert(
      fc.property(usage, usage, fc.constantFrom(...prices), fc.constantFrom(...terms), (a, b, price, term) => {
        const alone = inBand(price, price.bands[0]);
        const both = Object.fromEntries(kinds.map((kind) => [kind, a[kind] + b[kind]])) as unknown as TokenUsage;
        expect(costOf(both, alone, term)).toBe(costOf(a, alone, term) + costOf(b, alone, term));
      }),
      { seed: SEED },
    );
  });

  it.each<[why: string, model: string, terms: PricingTerms, usd: string, unpriced: string[]]>([
    ['twice the standard price in fast mode', 'claude-opus-5-5', { speed: 'fast' }, '48.4', []],
    ['twice the standard price of an older model', 'claude-opus-4-8', { speed: 'fast' }, '61', []],
    ['the standard price where the answer was not fast', 'claude-opus-5-5', { speed: 'standard' }, '24.2', []],
    [
      'the dearest known multiple for a model without a fast price',
      'claude-sonnet-5-5',
      { speed: 'fast' },
      '145.2',
      ['speed'],
    ],
    ['the fast price for a speed that nobody knows', 'claude-opus-5-5', { speed: 'ludicrous' }, '48.4', ['speed']],
    ['a tenth more in the one priced geography', 'claude-opus-5-5', { inferenceGeo: 'us' }, '26.62', []],
    ['a tenth more in one that nobody knows', 'claude-opus-5-5', { inferenceGeo: 'mars' }, '26.62', ['inference_geo']],
    ['no more anywhere', 'claude-opus-5-5', { inferenceGeo: 'global' }, '24.2', []],
  ])('is %s', (_, model, terms, usd, unpriced) => {
    const price = priceAt(table, model, Date.parse('2026-11-20'));
    const tokens = { ...NO_TOKENS, inputTokens: 1_000_000, outputTokens: 1_000_000, cacheReadInputTokens: 1_000_000 };
    expect(price && formatUsd(costOf(tokens, price, terms))).toBe(usd);
    expect(price && unpricedTerms(price, terms)).toEqual(unpriced);
  });

  it('rounds up what a rate of finer grain leaves over', () => {
    const price = createPriceTable({
      fine: {
        contextWindow: 1,
        maxOutputTokens: 1,
        periods: [{ bands: [{ input: '0.000001', output: '0.000003', cacheRead: '0' }] }],
      },
    }).get('fine')?.[0];
    expect(price && costOf({ ...NO_TOKENS, cacheWrite5mInputTokens: 1 }, price)).toBe(2n);
    expect(price && costOf({ ...NO_TOKENS, outputTokens: 1 }, price, { batch: true })).toBe(2n);
  });

  it('refuses a count that is not whole', () => {
    const [price] = prices;
    expect(() => price && costOf({ ...NO_TOKENS, inputTokens: 0.5 }, price)).toThrow(RangeError);
  });
});

describe('the bound of a request', () => {
  it('is never below its cost, whatever of the prompt is cached, at any split of the tokens', () => {
    fc.assert(
      fc.property(usage, count, fc.constantFrom(...prices), fc.constantFrom(...terms), (tokens, slack, price, term) => {
        const bound = promptOf(tokens) + slack;
        const input = dearestInputRate(price, bound, { ...term, oneHourCacheWrites: true }) * BigInt(bound);
        const output = dearestOutputRate(price, bound, term) * BigInt(tokens.outputTokens);
        const searches = price.webSearch * BigInt(tokens.webSearchRequests);
        expect(input + output + searches).toBeGreaterThanOrEqual(costOf(tokens, price, term));
      }),
      { seed: SEED },
    );
  });

  it('is met exactly by a prompt that is written to the cache as a whole', () => {
    for (const price of prices) {
      const written = costOf({ ...NO_TOKENS, cacheWrite5mInputTokens: 150_000 }, price);
      expect(dearestInputRate(price, 150_000) * 150_000n).toBe(written);
    }
  });

  it.each<[model: string, bound: number, term: BoundTerms, input: bigint, output: bigint]>([
    ['claude-opus-5-5', 1_000, {}, 5_000_000n, 20_000_000n],
    ['claude-opus-5-5', 1_000, { oneHourCacheWrites: true }, 8_000_000n, 20_000_000n],
    ['claude-opus-5-5', 1_000, { inferenceGeo: 'us' }, 5_500_000n, 22_000_000n],
    ['claude-haiku-5-5', 100_000, {}, 125_000n, 500_000n],
    ['claude-haiku-5-5', 100_001, {}, 625_000n, 2_500_000n],
    ['claude-haiku-5-5', 0, {}, 125_000n, 500_000n],
  ])('%s, %i tokens, %j: pico-dollars per token by hand', (model, bound, term, input, output) => {
    const price = priceAt(table, model, Date.UTC(2026, 10, 20));
    expect(price && dearestInputRate(price, bound, term)).toBe(input);
    expect(price && dearestOutputRate(price, bound, term)).toBe(output);
  });

  it('keeps to the dearer band where a longer prompt would be cheaper', () => {
    const falling = createPriceTable({
      model: {
        contextWindow: 10,
        maxOutputTokens: 10,
        periods: [
          {
            bands: [
              { input: '4', output: '8', cacheRead: '1' },
              { overPromptTokens: 5, input: '2', output: '4', cacheRead: '1' },
            ],
          },
        ],
      },
    }).get('model')?.[0];
    expect(falling && dearestInputRate(falling, 10)).toBe(5_000_000n);
    expect(falling && dearestOutputRate(falling, 10)).toBe(8_000_000n);
  });

  it('counts a cache read where that is what costs most', () => {
    const odd = createPriceTable({
      model: {
        contextWindow: 10,
        maxOutputTokens: 10,
        periods: [{ bands: [{ input: '1', output: '1', cacheRead: '3' }] }],
      },
    }).get('model')?.[0];
    expect(odd && dearestInputRate(odd, 10)).toBe(3_000_000n);
  });

  it.each([
    [500, 0, 200_000, 1_500],
    [500, 1_600, 200_000, 3_100],
    [199_000, 0, 200_000, 200_000],
    [199_001, 0, 200_000, 200_000],
    [0, 0, 200_000, 1_000],
  ])('of %i bytes with %i tokens of media in a window of %i is %i input tokens', (bytes, media, window, expected) => {
    expect(inputTokenBound(bytes, media, window)).toBe(expected);
  });
});
