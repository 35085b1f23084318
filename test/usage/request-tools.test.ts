import { describe, expect, it } from 'vitest';
import { formatUsd } from '../../lib/kernel/money.ts';
import { createPriceTable } from '../../lib/usage/price-table.ts';
import { PUBLISHED_PRICES } from '../../lib/usage/prices.ts';
import { priceAt } from '../../lib/usage/pricing.ts';
import { serverToolBound } from '../../lib/usage/request-tools.ts';

const table = createPriceTable(PUBLISHED_PRICES);
const search = (uses?: unknown) => ({ type: 'web_search_20260318', name: 'web_search', max_uses: uses });

describe('the most that calls of server tools cost', () => {
  it.each<[expected: string, what: string, tools: unknown]>([
    ['0.05', 'five searches', [search(5)]],
    ['0.08', 'two search tools', [search(5), search(3)]],
    ['0', 'no searches', [search(0)]],
    ['0', 'fetches, which cost their tokens alone', [{ type: 'web_fetch_20260318', max_uses: 9 }]],
    ['0', 'tools of the caller', [{ name: 'web_search', input_schema: {}, max_uses: 9 }]],
    ['0', 'searches without a limit, which are refused before', [search()]],
    ['90071992547409.91', 'as many as a number holds', [search(Number.MAX_SAFE_INTEGER)]],
    ['0', 'what is no list', 'web_search'],
  ])('is %s dollars for %s', (expected, _, tools) => {
    const price = priceAt(table, 'claude-opus-5-5', Date.UTC(2026, 10, 20));
    expect(price && formatUsd(serverToolBound({ tools }, price))).toBe(expected);
  });
});
