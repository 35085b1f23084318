import fc from 'fast-check';
import { expect, it } from 'vitest';
import { size } from '../sizes.ts';
import { play, type Step } from './interleaving.ts';

const pick = fc.nat(1_000);
const result = fc.constantFrom('success', 'failure', 'failure', 'neutral' as const);
const steps = (kind: 'enter' | 'deliver' | 'flush' | 'began' | 'vanish' | 'close' | 'isolate', weight: number) => ({
  weight,
  arbitrary: fc.record({ kind: fc.constant(kind), pick }),
});
const usual = [
  steps('enter', 6),
  steps('deliver', 8),
  steps('flush', 6),
  steps('began', 1),
  steps('vanish', 1),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('report' as const), pick, result }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(5, 300, 1_000, 3_000) }),
  },
];
const lengths = { minLength: 100, maxLength: 250 };
const schedule: fc.Arbitrary<Step[]> = fc.array(fc.oneof(...usual), lengths);
const withOrders: fc.Arbitrary<Step[]> = fc.array(fc.oneof(...usual, steps('close', 1), steps('isolate', 1)), lengths);
const RUNS = { numRuns: size(150, 5_000), seed: 20261121 };

it('there are never two live probes, and every caller is answered', async () => {
  let probes = 0;
  await fc.assert(
    fc.asyncProperty(schedule, async (played) => {
      const seen = await play(played);
      probes += seen.probes;
      expect(seen.liveProbes).toBeLessThanOrEqual(1);
      expect(seen.unanswered).toBe(0);
    }),
    RUNS,
  );
  // Or the schedules above have shown nothing.
  expect(probes).toBeGreaterThan(RUNS.numRuns / 4);
}, 600_000);

it('the version grows by one with each write, and a generation begins with each change of state', async () => {
  await fc.assert(
    fc.asyncProperty(withOrders, async (played) => {
      for (const { from, to } of (await play(played)).written) {
        const before = from ?? { version: 0, generation: 0, state: 'closed' };
        expect(to.version).toBe(before.version + 1);
        // An administrator's `closed` begins one also where it was closed.
        const cleared = to.state === 'closed' && to.window.length === 0;
        const begun = to.state !== before.state || cleared ? 1 : 0;
        expect(to.generation).toBe(before.generation + begun);
      }
    }),
    RUNS,
  );
}, 600_000);
