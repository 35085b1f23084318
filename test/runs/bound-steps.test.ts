import fc from 'fast-check';
import { expect, it } from 'vitest';
import { safe } from '../../lib/kernel/redacted.ts';
import { boundSteps, MOST_BYTES, MOST_STEPS } from '../../lib/runs/trace/bound-steps.ts';
import type { TraceStep } from '../../lib/runs/trace/trace-step.ts';

const step = (at: number, padding = 0): TraceStep => ({
  kind: 'tool',
  name: safe`${at}`,
  startedAt: '2026-11-20T12:00:00.000Z',
  durationMs: 0,
  attempts: 1,
  status: 'succeeded',
  ...(padding === 0 ? {} : { costUsd: '0'.repeat(padding) }),
});

it('a trace within its bounds is whole', () => {
  const steps = Array.from({ length: MOST_STEPS }, (_, at) => step(at));
  expect(boundSteps(steps)).toEqual({ steps });
});

it('of a long trace its beginning and its end are kept, and it says what is left out, and where', () => {
  const steps = Array.from({ length: MOST_STEPS + 250 }, (_, at) => step(at));
  const bounded = boundSteps(steps);
  expect(bounded.omitted).toEqual({ after: MOST_STEPS / 2, steps: 250 });
  expect(bounded.steps.map(({ name }) => Number(name))).toEqual([
    ...Array.from({ length: MOST_STEPS / 2 }, (_, at) => at),
    ...Array.from({ length: MOST_STEPS / 2 }, (_, at) => MOST_STEPS / 2 + 250 + at),
  ]);
});

it('a trace of large steps is cut by its bytes, and stays within them', () => {
  const steps = Array.from({ length: 300 }, (_, at) => step(at, 20_000));
  const bounded = boundSteps(steps);
  expect(Buffer.byteLength(JSON.stringify(bounded.steps))).toBeLessThan(MOST_BYTES + 1_000);
  expect(bounded.steps.length + (bounded.omitted?.steps ?? 0)).toBe(300);
  expect(bounded.steps.length).toBeGreaterThan(90);
});

it('whatever the sizes and bounds: each step is kept or counted, none twice, and the bounds hold', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(400), { maxLength: 40 }), fc.nat(30), fc.nat(8_000), (paddings, most, bytes) => {
      const steps = paddings.map((padding, at) => step(at, padding));
      const { steps: kept, omitted } = boundSteps(steps, { most, bytes });
      const names = kept.map(({ name }) => Number(name));
      expect(kept.length).toBeLessThanOrEqual(most);
      expect(kept.reduce((sum, one) => sum + Buffer.byteLength(JSON.stringify(one)), 0)).toBeLessThanOrEqual(bytes);
      const after = omitted?.after ?? kept.length;
      const expected = steps.map((_, at) => at).filter((at) => at < after || at >= after + (omitted?.steps ?? 0));
      expect(names).toEqual(expected);
    }),
  );
});
