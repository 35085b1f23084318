import { describe, expect, it } from 'vitest';
import { formatUsd } from '../../lib/kernel/money.ts';
import { readPriceOverrides } from '../../lib/pricing/price-overrides.ts';
import { createPriceTable } from '../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import { costOf, priceAt } from '../../lib/pricing/pricing.ts';
import { NO_TOKENS } from '../../lib/usage/record.ts';

const read = (value: unknown) => readPriceOverrides(JSON.stringify(value), PUBLISHED_PRICES);
const band = { input: '8', output: '40', cacheRead: '0.8' };

describe('a stage that brings its own prices', () => {
  it('prices a model that the published table does not', () => {
    const own = { contextWindow: 500_000, maxOutputTokens: 32_000, periods: [{ bands: [band] }] };
    const table = createPriceTable(PUBLISHED_PRICES, read({ 'claude-fable-5-2': own }));
    const price = priceAt(table, 'claude-fable-5-2-20261101', Date.UTC(2026, 10, 20));
    expect(price).toMatchObject({ contextWindow: 500_000, maxOutputTokens: 32_000 });
    expect(price && formatUsd(costOf({ ...NO_TOKENS, inputTokens: 1_000_000 }, price))).toBe('8');
  });

  it('replaces a published price and keeps its limits and every other model', () => {
    const table = createPriceTable(PUBLISHED_PRICES, read({ 'claude-haiku-4-5': { periods: [{ bands: [band] }] } }));
    const price = priceAt(table, 'claude-haiku-4-5', 0);
    expect(price).toMatchObject({ contextWindow: 200_000, maxOutputTokens: 64_000 });
    expect(price && formatUsd(costOf({ ...NO_TOKENS, outputTokens: 1_000_000 }, price))).toBe('40');
    expect(priceAt(table, 'claude-opus-5-5', 0)).not.toBeNull();
  });

  it('may pay its own price for web searches', () => {
    const periods = [{ bands: [band], webSearchesPerThousand: '2.5' }];
    const price = priceAt(createPriceTable(read({ 'claude-opus-5-5': { periods } })), 'claude-opus-5-5', 0);
    expect(price && formatUsd(costOf({ ...NO_TOKENS, webSearchRequests: 3 }, price))).toBe('0.0075');
  });

  it('may name its own price for fast mode and for code execution, and the end of a model', () => {
    const fast = [{ input: '16', output: '80', cacheRead: '1.6' }];
    const periods = [{ bands: [band], fast, codeExecutionPerHour: '0.1' }];
    const table = createPriceTable(
      read({ 'claude-opus-5-5': { retiresAt: '2027-01-01T00:00:00Z', periods } }),
      read({ 'claude-sonnet-4-5': { periods } }),
    );
    const price = priceAt(table, 'claude-opus-5-5', 0);
    expect(price && formatUsd(costOf({ ...NO_TOKENS, inputTokens: 1_000_000 }, price, { speed: 'fast' }))).toBe('16');
    expect(price && formatUsd(price.codeExecutionHour)).toBe('0.1');
    expect(price?.retiresAt).toBe(Date.parse('2027-01-01T00:00:00Z'));
    expect(priceAt(table, 'claude-sonnet-4-5', 0)?.retiresAt, 'of a known model').toBe(Date.parse('2026-11-30'));
  });

  it('has no price before the first date it names', () => {
    const from = '2026-11-01T00:00:00Z';
    const table = createPriceTable(read({ 'claude-opus-5-5': { periods: [{ from, bands: [band] }] } }));
    expect(priceAt(table, 'claude-opus-5-5', Date.parse(from) - 1)).toBeNull();
    expect(priceAt(table, 'claude-opus-5-5', Date.parse(from))).not.toBeNull();
  });

  it('is refused with every wrong field named and no value repeated', () => {
    const wrong = {
      'claude-opus-5-5': { periods: [{ bands: [{ input: 'SECRET', output: 4, cacheRead: '-1' }] }] },
      'claude-sonnet-5': { periods: [], contextWindow: 0 },
    };
    expect(() => read(wrong)).toThrow(
      /claude-opus-5-5\.periods\.0\.bands\.0\.input.*\.output.*\.cacheRead.*claude-sonnet-5\.contextWindow.*claude-sonnet-5\.periods/,
    );
    expect(() => read(wrong)).not.toThrow(/SECRET/);
  });

  it.each<[why: string, value: unknown]>([
    [
      'a number in the place of a decimal string',
      { 'claude-opus-5-5': { periods: [{ bands: [{ ...band, input: 4 }] }] } },
    ],
    [
      'seven digits after the point',
      { 'claude-opus-5-5': { periods: [{ bands: [{ ...band, input: '0.0000001' }] }] } },
    ],
    [
      'a price of searches that is a number',
      { 'claude-opus-5-5': { periods: [{ bands: [band], webSearchesPerThousand: 10 }] } },
    ],
    ['an unknown field', { 'claude-opus-5-5': { periods: [{ bands: [{ ...band, cacheWrite: '1' }] }] } }],
    [
      'a first band that starts above zero',
      { 'claude-opus-5-5': { periods: [{ bands: [{ ...band, overPromptTokens: 5 }] }] } },
    ],
    [
      'bands out of order',
      {
        'claude-opus-5-5': {
          periods: [{ bands: [band, { ...band, overPromptTokens: 5 }, { ...band, overPromptTokens: 4 }] }],
        },
      },
    ],
    ['no band', { 'claude-opus-5-5': { periods: [{ bands: [] }] } }],
    [
      'periods out of order',
      { 'claude-opus-5-5': { periods: [{ from: '2026-11-02T00:00:00Z', bands: [band] }, { bands: [band] }] } },
    ],
    ['a date without its zone', { 'claude-opus-5-5': { periods: [{ from: '2026-11-02T00:00:00', bands: [band] }] } }],
    ['an unknown model without its window', { 'claude-new': { maxOutputTokens: 1, periods: [{ bands: [band] }] } }],
    ['an unknown model without its output limit', { 'claude-new': { contextWindow: 1, periods: [{ bands: [band] }] } }],
    ['a list', []],
    ['null', null],
  ])('is refused for %s', (_, value) => {
    expect(() => read(value)).toThrow(/^MODEL_PRICES is not valid: .+\.$/);
  });

  it('is refused for what is not JSON, without repeating it', () => {
    expect(() => readPriceOverrides('{SECRET', PUBLISHED_PRICES)).toThrow('MODEL_PRICES is not valid: it is not JSON.');
  });
});
