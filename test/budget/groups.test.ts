import { expect, it, vi } from 'vitest';
import { size } from '../sizes.ts';
import { type PlayedGroups, playGroups } from './play-groups.ts';

vi.setConfig({ testTimeout: 3_600_000 });

const SIZES = [1, 2, 7, 64];

const played = async (schedules: number, faults: number, withinMs = 40): Promise<PlayedGroups> => {
  const all = { calls: 0, held: 0, refused: 0, failed: 0, writes: 0, asked: 0, largest: 0 };
  for (let seed = 1; seed <= schedules; seed += 1) {
    const one = await playGroups({ seed: seed * 7 + faults, faults, most: SIZES[seed % SIZES.length] ?? 1, withinMs });
    for (const name of ['calls', 'held', 'refused', 'failed', 'writes', 'asked'] as const) all[name] += one[name];
    all.largest = Math.max(all.largest, one.largest);
  }
  return all;
};

it('reserves and settles in groups of every size as one by one: nothing overspent, drifted or refused that fits', async () => {
  const all = await played(size(700, 17_000), 0);
  expect(all.failed).toBe(0);
  expect(Math.min(all.held, all.refused)).toBeGreaterThan(all.calls / 10);
  expect(all.largest).toBeGreaterThan(5);
  expect(all.writes).toBeLessThan(all.asked);
});

it('does so whatever fails, is lost, arrives late or is killed', async () => {
  const all = await played(size(1_300, 33_000), 12);
  expect(Math.min(all.held, all.refused, all.failed)).toBeGreaterThan(all.calls / 20);
  expect(all.largest).toBeGreaterThan(5);
});

it('sends one write for each reservation and settlement where calls do not meet', async () => {
  const all = await played(8, 0, 100_000);
  expect(all.writes).toBe(all.asked);
});
