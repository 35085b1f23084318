import { expect, it } from 'vitest';
import { baseBytes, ceilingFor, reservationBytes } from '../../bench/item-size.ts';
import { spend } from '../../bench/simulate-shards.ts';
import { byChance, byQuery, missed } from '../../bench/simulate-slots.ts';
import { seededRandom } from '../seeded-random.ts';

it('a split budget is never overspent, and spends less the more it is split', () => {
  const [one, four, sixteen] = [1, 4, 16].map((shards) => spend(shards, 'all', seededRandom(20261120)).spentAtEnd);
  expect(one).toBeLessThanOrEqual(1);
  expect(one).toBeGreaterThan(0.99);
  expect(four).toBeLessThan(one ?? 0);
  expect(sixteen).toBeLessThan(four ?? 0);
});

it('asking more items before refusing puts the first refusal off', () => {
  const first = (tries: 1 | 2 | 'all') => spend(16, tries, seededRandom(7)).spentAtFirstRefusal;
  expect(first(1)).toBeLessThan(first(2));
  expect(first(2)).toBeLessThan(first('all'));
});

it('one taker always finds the last free slot by a query, and by five random tries seldom', async () => {
  const last = { slots: 100, free: 1, takers: 1 };
  expect((await missed(last, byQuery, 200)).missed).toBe(0);
  // (99/100)^5 = 0.951.
  expect((await missed(last, byChance, 200)).missed).toBeGreaterThan(0.85);
});

it('the ceiling of one item is the most calls whose writes fit into the units of a partition', () => {
  const used = (calls: number, seconds: number) =>
    2 * calls * Math.ceil((baseBytes() + calls * seconds * reservationBytes()) / 1_024);
  for (const seconds of [1, 5, 20]) {
    const calls = ceilingFor(seconds);
    expect(used(calls, seconds)).toBeLessThanOrEqual(1_000);
    expect(used(calls + 1, seconds)).toBeGreaterThan(1_000);
    expect(ceilingFor(seconds, 4)).toBe(calls * 4);
  }
});
