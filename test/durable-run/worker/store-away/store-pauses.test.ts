import { expect, it } from 'vitest';
import {
  MISSING_KEY_MS,
  nextTryAfter,
  pauseAfter,
} from '../../../../lib/durable-run/worker/store-away/store-pauses.ts';

const DAY_MS = 24 * 3_600_000;

/** The pauses of an outage that does not end, with so much time left, where a refusal takes no time. */
const pausesWithin = (forMs: number): number[] => {
  const pauses: number[] = [];
  for (let until = 0; ;) {
    const pause = pauseAfter({ since: 0, until, refusals: pauses.length + 1 }, forMs - until);
    if (pause === null) return pauses;
    pauses.push(pause);
    until += pause;
  }
};

it('a store that refuses is asked again after 1, 2, 4, 8 and 15 seconds', () => {
  expect(pausesWithin(3_600_000).slice(0, 6)).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
});

it('a long outage is asked about each tenth of what it has lasted, and each ten minutes', () => {
  expect(pauseAfter({ since: 0, until: 1_000_000, refusals: 20 }, DAY_MS)).toBe(100_000);
  expect(pauseAfter({ since: 0, until: DAY_MS, refusals: 99 }, DAY_MS)).toBe(600_000);
  // Of the operations that an execution has, a week's outage takes less than half.
  expect(pausesWithin(7 * DAY_MS).length).toBeLessThan(1_200);
});

it.each([1_000, 60_000, DAY_MS])('all pauses within %i ms end by then, and less than two seconds before', (forMs) => {
  const took = pausesWithin(forMs).reduce((all, pause) => all + pause, 0);
  expect(took).toBeLessThanOrEqual(forMs);
  expect(forMs - took).toBeLessThan(2_000);
});

it('with less than a second left nothing is tried again', () => {
  expect(pauseAfter({ since: 0, until: 0, refusals: 1 }, 999)).toBeNull();
});

it.each([
  ['is tried again while there is time', { until: 60_000, missingSince: 0 }, { again: true, at: 75_000 }],
  ['is given up, by no limit, when the key was missing for five minutes', { until: 300_000, missingSince: 0 }, null],
  ['is given up by the run’s deadline where that is nearer', { until: 299_500, missingSince: 0 }, 'deadline', 100],
  ['waits on where the store is away', { until: 300_000, missingSince: null }, { again: true, at: 330_000 }],
  [
    'waits on where the key is missing only now',
    { until: 300_000, missingSince: 299_000 },
    { again: true, at: 330_000 },
  ],
] as const)('a call without a key %s', (_title, seen, next, leftMs: number = DAY_MS) => {
  const outage = { since: 0, refusals: 20, ...seen };
  const expected = typeof next === 'object' && next !== null ? next : { again: false, limit: next };
  expect(nextTryAfter(outage, { leftMs, waitMs: DAY_MS })).toEqual(expected);
  expect(MISSING_KEY_MS).toBe(300_000);
});
