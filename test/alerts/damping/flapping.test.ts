import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CALM_AFTER_MS,
  type Change,
  changed,
  type Changes,
  rest,
  STEADY,
  type Verdict,
  WINDOW_MS,
} from '../../../lib/alerts/damping/flapping.ts';
import { size } from '../../sizes.ts';

const MINUTE = 60_000;

/** On and off, once in so many minutes: what is told of each change. */
const told = (changes: readonly Change[]): [Verdict[], Changes] => {
  let state = STEADY;
  const all = changes.map((change) => {
    const judged = changed(state, change);
    state = judged.next;
    return judged.verdict;
  });
  return [all, state];
};

const flips = (count: number, everyMs: number): Change[] =>
  Array.from({ length: count }, (_, index) => ({ id: String(index), at: index * everyMs, begins: index % 2 === 0 }));

describe('an alarm', () => {
  it('that goes off four times in half an hour is told as flapping, once, and no more', () => {
    const [all] = told(flips(12, MINUTE));
    expect(all).toEqual([...Array<Verdict>(6).fill('change'), 'flapping', ...Array<Verdict>(5).fill('nothing')]);
  });

  it('that goes off slowly is told each time', () => {
    const [all, { isFlapping }] = told(flips(40, WINDOW_MS / 6));
    expect([new Set(all), isFlapping]).toEqual([new Set(['change']), false]);
  });

  it('is over ten minutes after the last change, where that was its end, and lasts where it was none', () => {
    const [, ended] = told(flips(8, MINUTE));
    expect(rest(ended, 7 * MINUTE + CALM_AFTER_MS - 1)).toBeNull();
    expect(rest(ended, 7 * MINUTE + CALM_AFTER_MS)).toBe('over');
    const [, on] = told(flips(9, MINUTE));
    expect(rest(on, 8 * MINUTE + CALM_AFTER_MS)).toBe('lasts');
    expect(rest(told(flips(4, MINUTE))[1], 60 * MINUTE)).toBeNull();
  });

  it('counts anew from the first change after its rest, also where nobody was told of that', () => {
    for (const [count, begins] of [
      [8, true],
      [9, false],
    ] as const) {
      const [, state] = told(flips(count, MINUTE));
      const rested = (count - 1) * MINUTE + CALM_AFTER_MS;
      expect(changed(state, { id: 'early', at: rested - 1, begins }).verdict).toBe('nothing');
      const { verdict, next } = changed(state, { id: 'next', at: rested, begins });
      expect([verdict, next.isFlapping, next.recent.length]).toEqual(['change', false, 1]);
    }
  });

  it('is judged once, whatever is delivered again and in whatever order', () => {
    const change = fc.record({ index: fc.nat(30), gap: fc.nat(10) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (deliveries) => {
        const first = new Map<string, Verdict>();
        let state = STEADY;
        for (const { index } of deliveries) {
          // Within one window, so that nothing is forgotten in between.
          const one = { id: String(index), at: index * (WINDOW_MS / 40), begins: index % 2 === 0 };
          const judged = changed(state, one);
          expect(judged.verdict).toBe(first.get(one.id) ?? judged.verdict);
          first.set(one.id, judged.verdict);
          state = judged.next;
        }
        expect([...first.values()].filter((each) => each === 'flapping').length).toBeLessThanOrEqual(1);
      }),
      { numRuns: size(100, 1_000) },
    );
  });
});
