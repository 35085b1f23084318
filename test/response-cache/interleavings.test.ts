import fc from 'fast-check';
import { expect, it } from 'vitest';
import { size } from '../sizes.ts';
import { play, type Step } from './interleaving.ts';

const pick = fc.nat(1_000);
const step = (kind: Exclude<Step['kind'], 'wait'>, weight: number) => ({
  weight,
  arbitrary: fc.record({ kind: fc.constant(kind), pick }),
});
const wait = (weight: number, ...ms: number[]) => ({
  weight,
  arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(...ms) }),
});
const lengths = { minLength: 60, maxLength: 160 };
const schedule = (...steps: { weight: number; arbitrary: fc.Arbitrary<Step> }[]) =>
  fc.array(fc.oneof(...steps), lengths);
const RUNS = { numRuns: size(100, 2_000), seed: 20261121 };

it('there is one run of a key at a time, and none while its answer is fresh, as long as each has something to share', async () => {
  const shared = schedule(
    step('open', 6),
    step('deliver', 8),
    step('flush', 8),
    step('store', 3),
    wait(4, 20, 100, 900),
  );
  let hits = 0;
  await fc.assert(
    fc.asyncProperty(shared, async (steps) => {
      const seen = await play(steps, { leaseMs: 1_000_000, ttlSeconds: 20 });
      hits += seen.hits;
      expect(seen).toMatchObject({ wrong: [], needless: 0, unanswered: 0 });
      expect(seen.together).toBeLessThanOrEqual(1);
    }),
    RUNS,
  );
  // Or the schedules above have shown nothing.
  expect(hits).toBeGreaterThan(RUNS.numRuns);
}, 600_000);

it('nobody takes off before the flight in his way is over, whoever dies, nobody gets what is not his, and all are answered', async () => {
  const all = schedule(
    ...[step('open', 6), step('deliver', 8), step('flush', 6), step('store', 2), step('unstorable', 2)],
    ...[step('refresh', 1), step('kill', 1), wait(4, 20, 900, 3_000, 10_000)],
  );
  let [takeOffs, successions] = [0, 0];
  await fc.assert(
    fc.asyncProperty(all, async (steps) => {
      const seen = await play(steps, { leaseMs: 6_000, ttlSeconds: 8 });
      expect(seen).toMatchObject({ wrong: [], unanswered: 0 });
      for (const { at, before } of seen.takeOffs) expect(before?.endsAt ?? 0).toBeLessThanOrEqual(at);
      takeOffs += seen.takeOffs.length;
      successions += seen.takeOffs.filter(({ before }) => before?.state === 'aloft').length;
    }),
    RUNS,
  );
  expect(takeOffs).toBeGreaterThan(RUNS.numRuns);
  expect(successions).toBeGreaterThan(RUNS.numRuns / 10);
}, 600_000);
