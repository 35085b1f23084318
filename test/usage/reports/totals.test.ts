import { expect, it } from 'vitest';
import { formatUsd, pico } from '../../../lib/kernel/money.ts';
import { NO_TOKENS } from '../../../lib/usage/record.ts';
import { groupOf } from '../../../lib/usage/reports/dimensions.ts';
import { TOTALS, totalsOf } from '../../../lib/usage/reports/totals.ts';
import { seededRandom } from '../../seeded-random.ts';
import { AT, record, someRecords } from '../records.ts';

it.each([
  ['run_01:1:1', 1],
  ['req_01:1:1', 1],
  ['run_01:1:2', 0],
  ['run_01:2:1', 0],
  ['run_01:11:1', 0],
  ['run_01:1:11', 0],
  ['run_01:1:1:adjusted', 0],
])('the attempt %s counts %i requests', (attemptId, requests) => {
  expect(totalsOf(record({ attemptId })).requests).toBe(requests);
});

it('both kinds of cache writes are cache creation, and an adjustment takes away what it says', () => {
  const first = record({ tokens: { ...NO_TOKENS, cacheWrite5mInputTokens: 7, cacheWrite1hInputTokens: 5 } });
  const adjustment = record({
    attemptId: 'run_01:1:1:adjusted',
    tokens: { ...NO_TOKENS, cacheWrite5mInputTokens: -2 },
    cost: pico(-999_999n),
  });
  expect(TOTALS.plus(totalsOf(first), totalsOf(adjustment))).toEqual({
    ...TOTALS.zero,
    requests: 1,
    cacheCreationInputTokens: 10,
    cost: pico(1n),
    adjusted: pico(-999_999n),
  });
});

it('twenty thousand amounts add up to the last pico-dollar, in any order and through their written form', () => {
  const records = someRecords(seededRandom(4), 20_000, { from: AT, to: AT + 1 });
  const forward = records.map(totalsOf).reduce((a, b) => TOTALS.plus(a, b));
  const backward = records
    .map(totalsOf)
    .reduceRight((a, b) => TOTALS.plus(TOTALS.read(JSON.parse(JSON.stringify(TOTALS.write(a)))), b));
  const truth = records.reduce((sum, { cost }) => sum + cost, 0n);
  expect(forward.cost).toBe(truth);
  expect(backward).toEqual(forward);
  expect(formatUsd(forward.cost)).toMatch(/^-?\d+\.\d{1,12}$/);
});

it('groups by what a record says; what no end user did stands under the empty key, which no user has', () => {
  const one = record({ userId: 'u', keyId: 'k', model: 'm', agent: 'a', at: Date.parse('2026-11-20T23:59:59.999Z') });
  expect(Object.values(groupOf).map((of) => of(one))).toEqual(['2026-11-20', 'm', 'a', 'k', 'u']);
  expect(groupOf.user(record({ userId: null }))).toBe('');
});

it('what no answer confirmed is the cost of what is estimated, less what an adjustment confirms', () => {
  const estimated = (change: Parameters<typeof record>[0]) => totalsOf(record(change)).estimated;
  expect(estimated({})).toBe(0n);
  expect(estimated({ estimated: 'uncounted', cost: pico(7n) })).toBe(7n);
  expect(estimated({ attemptId: 'run_01:1:1:adjusted', cost: pico(-4n), estimatedCost: pico(-7n) })).toBe(-7n);
  const earlier = TOTALS.read([1, 2, 3, 4, 5, '6']);
  expect(earlier, 'as rolled up by an earlier version').toMatchObject({ estimated: 0n, adjusted: 0n });
});

it('what was adjusted is the cost of adjustments alone, and outlives a rollup', () => {
  const all = [
    record({ cost: pico(9n), estimated: 'lost' }),
    record({ attemptId: 'run_01:1:1:adjusted', cost: pico(-4n), estimatedCost: pico(-9n) }),
    record({ attemptId: 'run_02:1:1:adjusted', cost: pico(1n) }),
  ].map(totalsOf);
  const sum = all.reduce(TOTALS.plus, TOTALS.zero);
  expect(all.map(({ adjusted }) => adjusted)).toEqual([0n, -4n, 1n]);
  expect(sum).toMatchObject({ cost: 6n, adjusted: -3n });
  expect(TOTALS.read(JSON.parse(JSON.stringify(TOTALS.write(sum))))).toEqual(sum);
});

it('an hour without adjustments is rolled up as before there were any', () => {
  expect(TOTALS.write(totalsOf(record({})))).toHaveLength(7);
});
