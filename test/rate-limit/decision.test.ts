import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  charge,
  giveBack,
  increment,
  MAX_DEBT_MS,
  MAX_SKEW_MS,
  take,
  type Tat,
  viewOf,
} from '../../lib/rate-limit/decision.ts';
import { fromMs, type Picoseconds, type Rate, rateOf, toMs } from '../../lib/rate-limit/rate.ts';
import type { Move } from '../../lib/rate-limit/store.ts';
import { size } from '../sizes.ts';
import { NOW } from './parts.ts';

const SETTINGS = { seed: 20261121, numRuns: size(1_000, 50_000) };
const at = (ms: number) => fromMs(NOW + ms);
const HALF_A_MINUTE = rateOf(30);

/** The bucket after a move that the store would make; it throws where the decision assumed what is not so. */
const apply = (tat: Tat, { from, to, change }: Move): Picoseconds => {
  const holds = tat === null ? from === null : (from === null || tat >= from) && tat <= to;
  if (!holds) throw new Error('the decision does not hold for the state that it was made on');
  return 'set' in change ? change.set : (tat ?? 0n) + change.add;
};

const taken = (rate: Rate, cost: number, tat: Tat, now: Picoseconds): Picoseconds => {
  const step = take(rate, cost, tat, now);
  if (step.kind === 'refuse') throw new Error('refused');
  return apply(tat, step.move);
};

describe('thirty permits a minute', () => {
  const drained = at(60_000);

  it.each([
    ['a bucket never used gives one', 1, null, at(0), at(2_000)],
    ['a bucket long full gives one from now on, not from when it was full', 1, at(-500_000), at(0), at(2_000)],
    ['one that is full at this instant is as one never used', 1, at(0), at(0), at(2_000)],
    ['one in use adds to what was taken', 1, at(1_000), at(0), at(3_000)],
    ['the thirtieth passes', 1, at(58_000), at(0), drained],
    ['a full burst passes at once', 30, null, at(0), drained],
    ['a cost above the burst passes where a full burst does, and is charged in full', 90, at(0), at(0), at(180_000)],
    ['a charge that would look like a clock error ends at the longest debt', 100_000, null, at(0), at(660_000)],
  ] as const)('%s', (_title, cost, tat, now, expected) => {
    expect(taken(HALF_A_MINUTE, cost, tat, now)).toBe(expected);
  });

  it.each([
    ['the thirty-first waits for one permit', 1, drained, at(0), 2_000],
    ['two wait for two', 2, drained, at(0), 4_000],
    ['a hair before its time it waits for the rest of a millisecond', 1, drained + 1n, at(2_000), 1],
    ['a full burst waits for a full bucket', 30, at(1), at(0), 1],
    ['more than a burst waits for no more than a full bucket', 500, at(1), at(0), 1],
    ['the longest debt is waited for', 1, at(660_000), at(0), 602_000],
    ['what differs by no more than clocks do is believed', 1, at(670_000), at(0), 612_000],
  ] as const)('%s', (_title, cost, tat, now, retryAfterMs) => {
    expect(take(HALF_A_MINUTE, cost, tat, now)).toEqual({ kind: 'refuse', tat, retryAfterMs });
  });

  it('what only a wrong clock can have written is replaced, if it still stands there', () => {
    const wrong = at(60_000 + MAX_DEBT_MS + MAX_SKEW_MS) + 1n;
    expect(take(HALF_A_MINUTE, 1, wrong, at(0))).toEqual({
      kind: 'move',
      move: { from: wrong, to: wrong, change: { set: at(2_000) } },
    });
  });

  it.each([
    ['to a full bucket', 3, null, at(6_000)],
    ['beyond what was taken', 3, at(1_000), at(7_000)],
    ['into debt', 30, drained, at(120_000)],
    ['up to ten minutes of debt and no further', 30, at(659_000), at(660_000)],
    ['of any size, up to that debt', 1e9, at(0), at(660_000)],
    ['over a clock error', 3, at(4_000_000), at(6_000)],
  ] as const)('is charged afterwards %s', (_title, cost, tat, expected) => {
    const step = charge(HALF_A_MINUTE, cost, tat, at(0));
    expect(step.kind === 'move' && apply(tat, step.move)).toBe(expected);
  });

  it('is charged nothing more at its longest debt', () => {
    expect(charge(HALF_A_MINUTE, 1, at(660_000), at(0))).toEqual({ kind: 'full' });
  });

  it.each([
    ['all of it while none was refilled', at(60_000), at(0), -fromMs(2_000)],
    ['what is left when a part was refilled', at(2_000), at(500), -fromMs(1_500)],
  ] as const)('gives back %s', (_title, tat, now, add) => {
    expect(giveBack(HALF_A_MINUTE, increment(HALF_A_MINUTE, 1), tat, now)?.change).toEqual({ add });
  });

  it('gives nothing back when all was refilled', () => {
    expect(giveBack(HALF_A_MINUTE, increment(HALF_A_MINUTE, 1), at(2_000), at(2_000))).toBeNull();
  });

  it.each([
    ['a full bucket', at(-1), { remaining: 30, resetMs: 0 }],
    ['one permit taken', at(2_000), { remaining: 29, resetMs: 2_000 }],
    ['a part of a permit refilled', at(1_999), { remaining: 29, resetMs: 1_999 }],
    ['an empty one', drained, { remaining: 0, resetMs: 60_000 }],
    ['one in debt', at(90_000), { remaining: 0, resetMs: 90_000 }],
  ] as const)('tells of %s', (_title, tat, view) => {
    expect(viewOf(HALF_A_MINUTE, tat, at(0))).toEqual(view);
  });
});

describe('at any rate', () => {
  it.each([take, charge])(
    'says of a full bucket what it would say of one that others have just moved on (%o)',
    (decide) => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 3 }), (perMinute, cost) => {
          const rate = rateOf(perMinute);
          const now = fromMs(NOW);
          const [full, moved] = [decide(rate, cost, null, now), decide(rate, cost, now + 1n, now)];
          if (full.kind !== 'move') throw new Error(full.kind);
          if (moved.kind === 'move') expect(full.move.otherwise).toEqual(moved.move);
          // A whole burst passes of a full bucket alone.
          else expect(full.move.otherwise?.to).toBe(now);
        }),
        { numRuns: size(300, 20_000), seed: 8 },
      );
    },
  );

  const permits = fc.oneof(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 50_000_000 }));
  const arrivals = fc.array(
    fc.record({
      afterMs: fc.oneof(fc.constant(0), fc.nat(50), fc.nat(90_000)),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { minLength: 1, maxLength: 60 },
  );

  it('no stretch of time lets more through than the bucket and its refill', () => {
    fc.assert(
      fc.property(permits, arrivals, (n, steps) => {
        const rate = rateOf(n);
        let tat: Tat = null;
        let now = 0;
        const passed: { ms: number; cost: number }[] = [];
        for (const { afterMs, share } of steps) {
          now += afterMs;
          const cost = Math.max(1, Math.floor(share * n));
          const step = take(rate, cost, tat, at(now));
          if (step.kind === 'refuse') continue;
          tat = apply(tat, step.move);
          passed.push({ ms: now, cost });
        }
        for (const [begin, { ms }] of passed.entries()) {
          let sum = 0n;
          for (const later of passed.slice(begin)) {
            sum += BigInt(later.cost);
            // sum <= n + n * elapsed / 60 s, without a division.
            expect(sum * 60_000n <= BigInt(n) * BigInt(60_000 + later.ms - ms)).toBe(true);
          }
        }
      }),
      SETTINGS,
    );
  });

  it('waiting as long as told admits, a millisecond less does not', () => {
    const offset = fc.bigInt({ min: -fromMs(60_000), max: fromMs(660_000) });
    fc.assert(
      fc.property(permits, offset, fc.double({ min: 0, max: 2, noNaN: true }), (n, ahead, share) => {
        const rate = rateOf(n);
        const cost = Math.max(1, Math.floor(share * n));
        const step = take(rate, cost, at(0) + ahead, at(0));
        if (step.kind !== 'refuse') return;
        expect(step.retryAfterMs).toBeGreaterThanOrEqual(1);
        expect(take(rate, cost, step.tat, at(step.retryAfterMs)).kind).toBe('move');
        expect(take(rate, cost, step.tat, at(step.retryAfterMs - 1)).kind).toBe('refuse');
      }),
      SETTINGS,
    );
  });

  it('all its permits pass at one instant, and no more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), (n) => {
        const rate = rateOf(n);
        let tat: Tat = null;
        for (let permit = 0; permit < n; permit += 1) tat = taken(rate, 1, tat, at(0));
        expect(take(rate, 1, tat, at(0)).kind).toBe('refuse');
        expect(viewOf(rate, tat ?? 0n, at(0)).remaining).toBe(0);
      }),
      { ...SETTINGS, numRuns: size(100, 1_000) },
    );
  });

  it('takes that are given back let no more through than if they had never been', () => {
    const step = fc.record({ afterMs: fc.nat(3_000), give: fc.boolean(), which: fc.nat(9) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.array(step, { maxLength: 80 }), (n, steps) => {
        const rate = rateOf(n);
        const one = increment(rate, 1);
        let tat: Tat = null;
        let now = 0;
        const open: { tat: Picoseconds; ms: number }[] = [];
        const kept: number[] = [];
        for (const { afterMs, give, which } of steps) {
          now += afterMs;
          if (give && open.length > 0) {
            const [undone] = open.splice(which % open.length, 1);
            const back = undone === undefined ? null : giveBack(rate, one, undone.tat, at(now));
            if (back !== null && tat !== null && back.from !== null && tat >= back.from && tat <= back.to) {
              tat = apply(tat, back);
              expect(tat >= at(now)).toBe(true);
            } else if (undone !== undefined) kept.push(undone.ms);
            continue;
          }
          const step = take(rate, 1, tat, at(now));
          if (step.kind === 'refuse') continue;
          tat = apply(tat, step.move);
          open.push({ tat, ms: now });
        }
        const passed = [...kept, ...open.map(({ ms }) => ms)].sort((x, y) => x - y);
        const first = passed[0] ?? 0;
        expect(passed.length * 60_000).toBeLessThanOrEqual(n * (60_000 + (passed.at(-1) ?? 0) - first));
      }),
      SETTINGS,
    );
  });

  it('a take that is given back in part lets no more through than one of the rest', () => {
    const later = fc.array(fc.record({ afterMs: fc.nat(20_000), cost: fc.integer({ min: 1, max: 90 }) }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 }), fc.nat(90), fc.nat(70_000), later, (cost, less, backMs, steps) => {
        const rate = rateOf(60);
        const used = Math.max(0, cost - less);
        const most = taken(rate, cost, null, at(0));
        let given: Picoseconds = most;
        let exact: Picoseconds = used === 0 ? at(0) : taken(rate, used, null, at(0));
        const back = giveBack(rate, increment(rate, cost) - increment(rate, used), most, at(backMs));
        if (back !== null) given = apply(given, back);
        let now = backMs;
        for (const { afterMs, cost: asked } of steps) {
          now += afterMs;
          const step = take(rate, asked, given, at(now));
          if (step.kind === 'refuse') continue;
          given = apply(given, step.move);
          exact = taken(rate, asked, exact, at(now));
          expect(given >= exact).toBe(true);
        }
      }),
      SETTINGS,
    );
  });

  it('no number that a right clock has written is taken for a wrong one', () => {
    const skew = fc.integer({ min: -MAX_SKEW_MS / 2, max: MAX_SKEW_MS / 2 });
    const step = fc.record({ afterMs: fc.nat(90_000), skewMs: skew, cost: fc.nat(2_000_000), before: fc.boolean() });
    fc.assert(
      fc.property(permits, fc.array(step, { maxLength: 30 }), (n, steps) => {
        const rate = rateOf(n);
        let tat: Tat = null;
        let now = 0;
        for (const { afterMs, skewMs, cost, before } of steps) {
          now += afterMs;
          const seenAt = at(now + skewMs);
          const step = (before ? take : charge)(rate, Math.max(1, cost), tat, seenAt);
          if (step.kind !== 'move') continue;
          const next = apply(tat, step.move);
          // What is forgotten would stand in the past again.
          if (tat !== null && tat > seenAt) expect(next > tat).toBe(true);
          tat = next;
        }
      }),
      SETTINGS,
    );
  });

  it('a charge never leads beyond what is believed, nor back', () => {
    const offset = fc.bigInt({ min: -fromMs(60_000), max: fromMs(660_000) });
    fc.assert(
      fc.property(permits, offset, fc.nat(2_000_000_000), (n, ahead, cost) => {
        const rate = rateOf(n);
        const before = at(0) + ahead;
        const step = charge(rate, cost, before, at(0));
        if (step.kind === 'full') return;
        const after = apply(before, step.move);
        expect(after >= before && after <= at(0) + rate.burst + fromMs(MAX_DEBT_MS)).toBe(true);
      }),
      SETTINGS,
    );
  });
});

it.each([
  [0n, 0],
  [-5n, 0],
  [1n, 1],
  [1_000_000_000n, 1],
  [1_000_000_001n, 2],
])('%i picoseconds are waited for in %i whole milliseconds', (duration, ms) => {
  expect(toMs(duration)).toBe(ms);
});

it.each([7, 9, 1_001, 49_999_999])('a minute refills no more than %i permits, and all but a hair of them', (n) => {
  const { interval } = rateOf(n);
  expect(interval * BigInt(n) >= fromMs(60_000)).toBe(true);
  expect((interval - 1n) * BigInt(n) < fromMs(60_000)).toBe(true);
});
