import { expect, it, vi } from 'vitest';
import { size } from '../../sizes.ts';
import { type PlayedShards, type PlayOptions, playShards } from './play-shards.ts';

vi.setConfig({ testTimeout: 3_600_000 });

const played = async (schedules: number, options: Omit<PlayOptions, 'seed'>): Promise<PlayedShards> => {
  const all = { calls: 0, held: 0, refused: 0, failed: 0, moves: 0 };
  for (let seed = 1; seed <= schedules; seed += 1) {
    const one = await playShards({ ...options, seed: seed * 11 + options.faults });
    for (const name of ['calls', 'held', 'refused', 'failed', 'moves'] as const) all[name] += one[name];
  }
  return all;
};

it('holds in shards what one account would, whatever meets: nothing overspent, drifted or refused that fits', async () => {
  const all = await played(size(100, 10_000), { faults: 0 });
  console.log(all);
  expect(Math.min(all.held, all.refused)).toBeGreaterThan(all.calls / 10);
  expect(all.moves).toBeGreaterThan(all.calls / 10);
});

it('does so whatever fails, is lost, arrives late or is killed', async () => {
  const all = await played(size(150, 20_000), { faults: 12 });
  console.log(all);
  expect(Math.min(all.held, all.refused, all.failed)).toBeGreaterThan(all.calls / 20);
});

it('moves money seldom where there is plenty', async () => {
  const all = await played(20, { faults: 0, isWide: true });
  console.log(all);
  expect(all.refused + all.failed).toBe(0);
});
