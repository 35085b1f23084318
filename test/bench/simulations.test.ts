import { expect, it } from 'vitest';
import { baseBytes, ceilingFor, reservationBytes } from '../../bench/item-size.ts';
import { spend } from '../../bench/simulate-shards.ts';
import { byChance, byQuery, missed } from '../../bench/simulate-slots.ts';
import { seededRandom } from '../seeded-random.ts';

it('a budget over shards is spent as far as that of one item, and refuses no earlier', async () => {
  const [one, four, sixteen] = await Promise.all([null, 4, 16].map((shards) => spend(shards, seededRandom(20261120))));
  if (one === undefined) throw new Error('nothing was spent');
  expect(one.spentAtEnd).toBeGreaterThan(0.99);
  for (const spread of [four, sixteen]) {
    expect(spread?.spentAtEnd).toBeLessThanOrEqual(1);
    expect(spread?.spentAtEnd).toBeGreaterThan(0.99);
    expect(spread?.spentAtFirstRefusal).toBeGreaterThan(one.spentAtFirstRefusal - 0.05);
    expect(spread?.refusedEarly).toBeLessThan(one.refusedEarly + 0.03);
  }
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
