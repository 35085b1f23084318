import fc from 'fast-check';
import { expect, it } from 'vitest';
import { callAt, merge, totals, type Window } from '../../lib/circuit-breaker/window.ts';
import { size } from '../sizes.ts';

const WINDOW_MS = 60_000;

interface Call {
  readonly at: number;
  readonly failed: boolean;
}

const windowOf = (calls: readonly Call[]): Window =>
  calls.reduce<Window>((window, { at, failed }) => merge(window, callAt(at, WINDOW_MS, failed), at, WINDOW_MS), []);

const history = fc
  .array(fc.record({ at: fc.integer({ min: 0, max: 3 * WINDOW_MS }), failed: fc.boolean() }), { maxLength: 200 })
  .map((calls) => calls.sort((a, b) => a.at - b.at));

it('remembers every call of the last nine tenths of the window, none from before it, in at most eleven slices', () => {
  fc.assert(
    fc.property(history, (calls) => {
      const now = calls.at(-1)?.at ?? 0;
      const window = windowOf(calls);
      const since = (ms: number) => calls.filter(({ at }) => at > now - ms).length;
      expect(totals(window, now).calls).toBeLessThanOrEqual(since(WINDOW_MS));
      expect(totals(window, now).calls).toBeGreaterThanOrEqual(since(WINDOW_MS * 0.9));
      expect(window.length).toBeLessThanOrEqual(11);
    }),
    { numRuns: size(200, 5_000), seed: 20261121 },
  );
});

it('two windows in one hold the calls of both, whichever comes first', () => {
  fc.assert(
    fc.property(history, history, (one, other) => {
      const a = windowOf(one);
      const b = windowOf(other);
      const now = Math.max(one.at(-1)?.at ?? 0, other.at(-1)?.at ?? 0);
      const [left, right] = [totals(a, now), totals(b, now)];
      const both = { calls: left.calls + right.calls, failures: left.failures + right.failures };
      expect(totals(merge(a, b, now, WINDOW_MS), now)).toEqual(both);
      expect(totals(merge(b, a, now, WINDOW_MS), now)).toEqual(both);
    }),
    { numRuns: size(200, 5_000), seed: 20261121 },
  );
});

it('a call counts until its window has passed, to the millisecond', () => {
  const window = callAt(1_000, WINDOW_MS, true);
  expect(totals(window, 1_000 + WINDOW_MS - 1)).toEqual({ calls: 1, failures: 1 });
  expect(totals(window, 1_000 + WINDOW_MS)).toEqual({ calls: 0, failures: 0 });
});
