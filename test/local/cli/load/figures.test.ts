import { expect, it } from 'vitest';
import { parseUsd } from '../../../../lib/kernel/money.ts';
import { type Call, costIn, figuresOf, timesOf } from '../../../../local/cli/load/figures.ts';

it('a percentile is the nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
  expect(timesOf(hundred)).toEqual({ p50: 50, p90: 90, p99: 99, max: 100 });
  expect(timesOf([7])).toEqual({ p50: 7, p90: 7, p99: 7, max: 7 });
  expect(timesOf([])).toEqual({ p50: 0, p90: 0, p99: 0, max: 0 });
});

it('what a call costs is that of those that cost something', () => {
  const call = (usd: string, outcome = 'succeeded'): Call => ({
    outcome,
    detail: null,
    ms: 1,
    model: null,
    cost: parseUsd(usd),
    isCostUnknown: false,
  });
  const figures = figuresOf([call('0.1'), call('0.3'), call('0', '429 rate-limited')], 1_500);
  expect(figures).toMatchObject({ costUsd: '0.4', costUsdACall: '0.2', calls: 3, perSecond: 2, models: {} });
  expect(figuresOf([call('0', '503 unavailable')], 0)).toMatchObject({ costUsdACall: null, perSecond: 0 });
});

it.each([[undefined], [null], ['x'], [{}], [{ costUsd: 'much' }], [{ costUsd: 1e-9 }]])('%j has no cost', (usage) => {
  expect(costIn(usage)).toBe(0n);
});
