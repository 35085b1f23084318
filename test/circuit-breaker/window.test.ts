import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  callAt,
  merge,
  recoveryOf,
  totals,
  weightOf,
  type Window,
  withoutNegatives,
} from '../../lib/circuit-breaker/window.ts';
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
      expect(totals(merge(a, b, now, WINDOW_MS), now)).toMatchObject(both);
      expect(totals(merge(b, a, now, WINDOW_MS), now)).toMatchObject(both);
    }),
    { numRuns: size(200, 5_000), seed: 20261121 },
  );
});

it('a call counts until its window has passed, to the millisecond', () => {
  const window = callAt(1_000, WINDOW_MS, true);
  expect(totals(window, 1_000 + WINDOW_MS - 1)).toMatchObject({ calls: 1, failures: 1 });
  expect(totals(window, 1_000 + WINDOW_MS)).toMatchObject({ calls: 0, failures: 0 });
});

describe('whose the calls are', () => {
  const all = (...windows: Window[]) =>
    windows.reduce<Window>((window, each) => withoutNegatives(merge(window, each, 0, WINDOW_MS)), []);
  const failed = (by: string | null, times: number) =>
    Array.from({ length: times }, () => callAt(0, WINDOW_MS, true, by));
  const succeeded = (by: string, times: number) => Array.from({ length: times }, () => callAt(0, WINDOW_MS, false, by));
  const weighed = (...windows: Window[]) => weightOf(totals(all(...windows), 0));

  it.each([
    ['one fails alone: as often as it does', [...failed('a', 7)], { calls: 7, failures: 7 }],
    ['one fails and succeeds alone', [...failed('a', 7), ...succeeded('a', 3)], { calls: 10, failures: 7 }],
    [
      'one fails while another succeeds: not at all',
      [...failed('a', 7), ...succeeded('b', 3)],
      { calls: 3, failures: 0 },
    ],
    [
      'two fail while a third succeeds',
      [...failed('a', 7), ...failed('b', 1), ...succeeded('c', 3)],
      { calls: 6, failures: 3 },
    ],
    [
      'two fail alike while a third succeeds',
      [...failed('a', 3), ...failed('b', 2), ...succeeded('c', 3)],
      { calls: 8, failures: 5 },
    ],
    [
      'two fail and succeed',
      [...failed('a', 3), ...failed('b', 3), ...succeeded('a', 2), ...succeeded('b', 2)],
      { calls: 10, failures: 6 },
    ],
    ['nobody says whose they are', [...failed(null, 7), callAt(0, WINDOW_MS, false)], { calls: 8, failures: 7 }],
  ] as const)('%s', (_, windows, weight) => {
    expect(weighed(...windows)).toEqual(weight);
  });

  it('is known of one who floods after eight others, and weighs no more than they', () => {
    const others = Array.from({ length: 8 }, (_, each) => callAt(0, WINDOW_MS, true, `other-${each}`));
    const flood = failed('flood', 1_000);
    expect(weighed(...others, ...flood, ...succeeded('good', 1))).toEqual({ calls: 18, failures: 17 });
    expect(all(...others, ...flood)[0]?.failedBy).not.toHaveProperty('flood');
  });

  it('is kept of two who succeed, which is enough to know of each whether another did', () => {
    const names = ['a', 'b', 'c', 'd'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...names), { minLength: 1 }), fc.constantFrom(...names), (who, asked) => {
        const { succeededBy } = totals(all(...who.map((by) => callAt(0, WINDOW_MS, false, by))), 0);
        expect(succeededBy.length).toBeLessThanOrEqual(2);
        expect(succeededBy.some((by) => by !== asked)).toBe(who.some((by) => by !== asked));
      }),
      { numRuns: size(200, 5_000), seed: 20261129 },
    );
  });
});

describe('a failure that is taken back', () => {
  const failure = callAt(1_000, WINDOW_MS, true, 'a');
  const recovery = recoveryOf(1_000, WINDOW_MS, 'a');

  it('leaves a call that succeeded', () => {
    const window = withoutNegatives(merge(failure, recovery, 5_000, WINDOW_MS));
    expect(totals(window, 5_000)).toEqual({ calls: 1, failures: 0, failedBy: {}, succeededBy: ['a'] });
  });

  it('leaves the failures of others as they are, whatever slices they are in', () => {
    const call = fc.record({ at: fc.integer({ min: 0, max: WINDOW_MS * 0.8 }), isBack: fc.boolean() });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 60 }), (all) => {
        const now = WINDOW_MS * 0.89;
        const sorted = all.toSorted((a, b) => a.at - b.at);
        const add = (window: Window, news: Window) => withoutNegatives(merge(window, news, now, WINDOW_MS));
        const met = sorted.reduce<Window>((window, { at }) => add(window, callAt(at, WINDOW_MS, true, 'a')), []);
        const back = sorted.filter(({ isBack }) => isBack);
        const left = back.reduce<Window>((window, { at }) => add(window, recoveryOf(at, WINDOW_MS, 'a')), met);
        expect(totals(left, now)).toMatchObject({ calls: all.length, failures: all.length - back.length });
      }),
      { numRuns: size(200, 5_000), seed: 20261129 },
    );
  });

  it('after its slice has fallen out forgives nobody else', () => {
    const later = callAt(1_000 + WINDOW_MS * 0.05, WINDOW_MS, true, 'b');
    const orphan = withoutNegatives(merge([], recovery, 1_000, WINDOW_MS));
    expect(totals(withoutNegatives(merge(orphan, later, 1_000, WINDOW_MS)), 1_000)).toMatchObject({ failures: 1 });
  });
});
