import { describe, expect, it } from 'vitest';
import { formatUsd } from '../../lib/kernel/money.ts';
import { createPriceTable } from '../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import { costOf, priceAt, type PricingTerms } from '../../lib/pricing/pricing.ts';
import { NO_TOKENS } from '../../lib/usage/record.ts';

const table = createPriceTable(PUBLISHED_PRICES);
const NOVEMBER = Date.parse('2026-11-20T12:00:00Z');

/** By kind: input, output, cache read, cache write of 5 minutes, of 1 hour; and web searches. */
type Counts = readonly [
  input: number,
  output: number,
  read?: number,
  write5m?: number,
  write1h?: number,
  searches?: number,
];

const dollars = (model: string, counts: Counts, terms: PricingTerms = {}, at = NOVEMBER): string | null => {
  const [
    inputTokens,
    outputTokens,
    cacheReadInputTokens = 0,
    cacheWrite5mInputTokens = 0,
    cacheWrite1hInputTokens = 0,
    webSearchRequests = 0,
  ] = counts;
  const price = priceAt(table, model, at);
  const tokens = {
    inputTokens,
    outputTokens,
    cacheReadInputTokens,
    cacheWrite5mInputTokens,
    cacheWrite1hInputTokens,
    webSearchRequests,
  };
  return price && formatUsd(costOf(tokens, price, terms));
};

const M = 1_000_000;

// Worked out by hand from the published dollars per million tokens, not by the code under test.
describe('the published prices', () => {
  it.each<[model: string, counts: Counts, expected: string]>([
    ['claude-fable-5-1', [1, 1, 1], '0.00006025'],
    ['claude-fable-5-1', [M, M, M], '60.25'],
    ['claude-fable-5', [M, M, M], '61'],
    ['claude-opus-5-5', [1_000, 500], '0.014'],
    ['claude-opus-5-5', [0, 0, 200_000], '0.04'],
    ['claude-opus-5', [1_234, 567], '0.020345'],
    ['claude-opus-5', [M, M, M], '30.5'],
    ['claude-opus-4-8', [M, M, M], '30.5'],
    ['claude-opus-4-7', [M, M, M], '30.5'],
    ['claude-opus-4-6', [M, M, M], '30.5'],
    ['claude-opus-4-5', [M, M, M], '30.5'],
    ['claude-sonnet-5-5', [3, 7], '0.000076'],
    ['claude-sonnet-5-5', [M, M, M], '12.1'],
    ['claude-sonnet-5', [M, M, M], '12.2'],
    ['claude-sonnet-4-6', [M, M, M], '18.3'],
    ['claude-sonnet-4-5', [M, M, M], '18.3'],
    ['claude-haiku-4-5', [1_000, 200], '0.002'],
    ['claude-haiku-4-5', [M, M, M], '6.1'],
    ['claude-haiku-5-5', [1, 1, 1], '0.00000061'],
  ])('%s at %j cost %s', (model, counts, expected) => {
    expect(dollars(model, counts)).toBe(expected);
  });

  it.each<[model: string, counts: Counts, expected: string]>([
    ['claude-opus-5-5', [0, 0, 0, 1_000, 0], '0.005'],
    ['claude-opus-5-5', [0, 0, 0, 0, 1_000], '0.008'],
    ['claude-sonnet-5-5', [0, 0, 0, 1_000, 1_000], '0.0065'],
    ['claude-haiku-4-5', [10, 20, 30, 40, 50], '0.000263'],
    ['claude-fable-5-1', [0, 0, 0, 1, 0], '0.0000125'],
  ])('%s at %j, with cache writes at 1.25 and 2 times the input, cost %s', (model, counts, expected) => {
    expect(dollars(model, counts)).toBe(expected);
  });

  it.each<[why: string, counts: Counts, expected: string]>([
    ['exactly 100,000 tokens of prompt', [100_000, 1_000], '0.0105'],
    ['one token more puts the whole request into the upper band', [100_001, 1_000], '0.0525005'],
    ['cache reads and writes count to the prompt, at 100,000', [40_000, 0, 40_000, 10_000, 10_000], '0.00765'],
    ['cache reads and writes count to the prompt, at 100,001', [40_000, 0, 40_001, 10_000, 10_000], '0.03825005'],
    ['output does not count to the prompt', [100_000, 128_000], '0.074'],
    ['a prompt read from the cache alone', [0, 0, 100_001], '0.00500005'],
  ])('claude-haiku-5-5: %s', (_, counts, expected) => {
    expect(dollars('claude-haiku-5-5', counts)).toBe(expected);
  });

  it.each([
    ['2026-10-06T23:59:59.999Z', '0.2'],
    ['2026-10-07T00:00:00.000Z', '0.1'],
    ['2026-01-01T00:00:00.000Z', '0.2'],
    ['2026-11-30T23:59:59.999Z', '0.1'],
  ])('a million tokens that claude-sonnet-5-5 reads from its cache at %s cost %s', (at, expected) => {
    expect(dollars('claude-sonnet-5-5', [0, 0, M], {}, Date.parse(at))).toBe(expected);
  });

  it.each<[model: string, counts: Counts, terms: PricingTerms, expected: string]>([
    ['claude-opus-5-5', [1_000, 500], { batch: true }, '0.007'],
    ['claude-opus-5-5', [1_000, 500], { inferenceGeo: 'us' }, '0.0154'],
    ['claude-opus-5-5', [1_000, 500], { batch: true, inferenceGeo: 'us' }, '0.0077'],
    ['claude-opus-5-5', [1_000, 500], { inferenceGeo: 'global' }, '0.014'],
    ['claude-opus-5-5', [1_000, 500], { inferenceGeo: null }, '0.014'],
    ['claude-haiku-5-5', [0, 0, 1], { batch: true, inferenceGeo: 'us' }, '0.0000000055'],
    ['claude-haiku-5-5', [0, 0, 0, 1, 0], { batch: true, inferenceGeo: 'us' }, '0.00000006875'],
  ])('%s at %j under %j cost %s', (model, counts, terms, expected) => {
    expect(dollars(model, counts, terms)).toBe(expected);
  });

  it.each<[model: string, counts: Counts, terms: PricingTerms, expected: string]>([
    ['claude-opus-5-5', [0, 0, 0, 0, 0, 1], {}, '0.01'],
    ['claude-opus-5-5', [1_000, 500, 0, 0, 0, 3], {}, '0.044'],
    ['claude-haiku-5-5', [0, 0, 0, 0, 0, 1_000], {}, '10'],
    ['claude-opus-5-5', [1_000, 500, 0, 0, 0, 3], { batch: true }, '0.037'],
    ['claude-opus-5-5', [1_000, 500, 0, 0, 0, 3], { inferenceGeo: 'us' }, '0.0454'],
  ])(
    '%s at %j, with web searches at ten dollars a thousand under all terms (%j), cost %s',
    (model, counts, ...rest) => {
      const [terms, expected] = rest;
      expect(dollars(model, counts, terms)).toBe(expected);
    },
  );

  it('price a dated id as its family', () => {
    expect(dollars('claude-haiku-4-5-20251001', [1_000, 200])).toBe('0.002');
    expect(dollars('claude-opus-5-5-20260901', [1_000, 500])).toBe('0.014');
  });

  it.each([
    'claude-fable-5-2',
    'claude-fable-5-2-20261101',
    'claude-mythos-5',
    'claude-mythos-5-1',
    'claude-opus-9',
    'claude-haiku-4-5-2025100',
    'claude-haiku-4-5-latest',
    'CLAUDE-HAIKU-4-5',
    'gpt-5',
    '',
    '__proto__',
    'constructor',
  ])('have none for %j', (model) => {
    expect(priceAt(table, model, NOVEMBER)).toBeNull();
  });

  it('charge nothing for no tokens', () => {
    const price = priceAt(table, 'claude-opus-5-5', NOVEMBER);
    expect(price && costOf(NO_TOKENS, price)).toBe(0n);
  });

  it.each([
    ['claude-opus-5-5', 1_000_000, 128_000],
    ['claude-haiku-5-5', 1_000_000, 128_000],
    ['claude-sonnet-4-5-20250929', 200_000, 64_000],
    ['claude-haiku-4-5', 200_000, 64_000],
  ])('carry the window and the output limit of %s', (model, contextWindow, maxOutputTokens) => {
    expect(priceAt(table, model, NOVEMBER)).toMatchObject({ contextWindow, maxOutputTokens });
  });
});
