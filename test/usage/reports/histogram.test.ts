import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bucketOf, type Histogram, plusHistogram, quantile } from '../../../lib/usage/reports/histogram.ts';
import { TOOL_USAGE } from '../../../lib/usage/reports/report-body.ts';
import { TOOL_STATS, toolStatsOf } from '../../../lib/usage/reports/tool-stats.ts';

const histogramOf = (durations: readonly number[]): Histogram =>
  durations.reduce<Histogram>((all, ms) => plusHistogram(all, new Map([[bucketOf(ms), 1]])), new Map());

const exact = (durations: readonly number[], q: number): number =>
  durations.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(q * durations.length)) - 1] ?? 0;

const durations = fc.array(fc.oneof(fc.nat(20), fc.nat(5_000), fc.nat(10_000_000)), { minLength: 1, maxLength: 300 });

it('any quantile of any durations is right to 2 %, and exact where nothing took time', () => {
  fc.assert(
    fc.property(durations, fc.constantFrom(0, 0.5, 0.95, 0.99, 1), (all, q) => {
      const truth = exact(all, q);
      expect(Math.abs(quantile(histogramOf(all), q) - truth)).toBeLessThanOrEqual(0.02 * truth);
    }),
    { seed: 1 },
  );
});

it('what is shown, rounded, is right to 2 % as well', () => {
  fc.assert(
    fc.property(durations, (all) => {
      const stats = all.map((durationMs) => toolStatsOf({ tool: 't', durationMs, isError: false }));
      const shown = TOOL_USAGE.show(stats.reduce((a, b) => TOOL_STATS.plus(a, b)));
      const truth = exact(all, 0.95);
      expect(Math.abs(Number(shown['p95Ms']) - truth)).toBeLessThanOrEqual(0.02 * truth);
    }),
    { seed: 2 },
  );
});

it('of one call, or of calls that took the same time, mean and p95 are that time', () => {
  fc.assert(
    fc.property(fc.nat(10_000_000), fc.integer({ min: 1, max: 50 }), (durationMs, calls) => {
      const stats = Array.from({ length: calls }, () => toolStatsOf({ tool: 't', durationMs, isError: false }));
      const shown = TOOL_USAGE.show(stats.reduce((a, b) => TOOL_STATS.plus(a, b)));
      expect(shown).toMatchObject({ meanMs: durationMs, p95Ms: durationMs });
    }),
    { seed: 4 },
  );
});

it('what is shown of durations close together is right to 2 %', () => {
  const close = fc
    .nat(100_000)
    .chain((least) =>
      fc.array(fc.integer({ min: least, max: Math.ceil(least * 1.02) }), { minLength: 1, maxLength: 100 }),
    );
  fc.assert(
    fc.property(close, (all) => {
      const stats = all.map((durationMs) => toolStatsOf({ tool: 't', durationMs, isError: false }));
      const shown = TOOL_USAGE.show(stats.reduce((a, b) => TOOL_STATS.plus(a, b)));
      const truth = exact(all, 0.95);
      expect(Math.abs(Number(shown['p95Ms']) - truth)).toBeLessThanOrEqual(0.02 * truth);
    }),
    { seed: 5, numRuns: 1_000 },
  );
});

it('parts that are merged say the same as the whole, in any order', () => {
  fc.assert(
    fc.property(durations, durations, (a, b) => {
      const whole = histogramOf([...a, ...b]);
      expect(plusHistogram(histogramOf(b), histogramOf(a))).toEqual(whole);
    }),
    { seed: 3 },
  );
});

it('keeps a few hundred buckets for everything from a millisecond to a day', () => {
  expect(bucketOf(86_400_000) - bucketOf(1)).toBeLessThan(1_000);
  expect(quantile(new Map(), 0.95)).toBe(0);
});

it('counts errors and takes the mean over all calls', () => {
  const stats = [
    toolStatsOf({ tool: 't', durationMs: 1, isError: true }),
    toolStatsOf({ tool: 't', durationMs: 2, isError: false }),
  ].reduce((a, b) => TOOL_STATS.plus(a, b), TOOL_STATS.zero);
  expect(TOOL_USAGE.show(stats)).toEqual({ calls: 2, errors: 1, meanMs: 1.5, p95Ms: 2 });
  expect(TOOL_STATS.read(JSON.parse(JSON.stringify(TOOL_STATS.write(stats))))).toEqual(stats);
});
