import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  elect,
  ended,
  givenBack,
  limited,
  NEVER_LIMITED,
  PROBE_EACH_MS,
  renewed,
  type Rest,
  stateOf,
} from '../../lib/rests/rest.ts';
import { size } from '../sizes.ts';

const NOW = 1_000_000;
const rest = (until: number, probeAt = NOW + 5): Rest => ({ version: 7, until, probeAt });

describe('a rest', () => {
  it.each([
    ['that was never written', NEVER_LIMITED, { kind: 'over' }],
    ['that has just ended', rest(NOW), { kind: 'over' }],
    ['of a millisecond more', rest(NOW + 1), { kind: 'resting', forMs: 1 }],
    ['that is to be tried out', rest(NOW + 9, NOW), { kind: 'due', forMs: 9 }],
  ])('%s', (_, each, state) => {
    expect(stateOf(each, NOW)).toEqual(state);
  });

  it('begins with a limit, and is tried out half a minute later', () => {
    const begun = limited(NEVER_LIMITED, NOW + 60_000, NOW);
    expect(begun).toEqual({ version: 1, until: NOW + 60_000, probeAt: NOW + PROBE_EACH_MS });
    expect(PROBE_EACH_MS * 2).toBeLessThanOrEqual(60_000);
  });

  it('is extended by a later end, without putting off when it is tried out', () => {
    expect(limited(rest(NOW + 9), NOW + 10, NOW)).toEqual({ version: 8, until: NOW + 10, probeAt: NOW + 5 });
    expect(limited(rest(NOW + 9), NOW + 9, NOW)).toBeNull();
    expect(limited(rest(NOW - 9), NOW, NOW)).toBeNull();
  });

  it('is tried out by one, who has half a minute', () => {
    expect(elect(rest(NOW + 9), NOW)).toBeNull();
    expect(elect(rest(NOW, NOW), NOW)).toBeNull();
    const elected = elect(rest(NOW + 99_000, NOW), NOW);
    expect(elected).toEqual({ version: 8, until: NOW + 99_000, probeAt: NOW + PROBE_EACH_MS });
    expect(elect(elected ?? NEVER_LIMITED, NOW + PROBE_EACH_MS - 1)).toBeNull();
    expect(elect(elected ?? NEVER_LIMITED, NOW + PROBE_EACH_MS)).not.toBeNull();
  });

  it('takes the word of its try, also where that is shorter; of a try before it only what is longer', () => {
    expect(renewed(rest(NOW + 9), 7, NOW + 3, NOW)).toMatchObject({ version: 8, until: NOW + 3 });
    expect(renewed(rest(NOW + 9), 6, NOW + 3, NOW)).toBeNull();
    expect(renewed(rest(NOW + 9), 6, NOW + 10, NOW)).toMatchObject({ until: NOW + 10 });
  });

  it('is given back by its try alone, at once, and lasts as long', () => {
    expect(givenBack(rest(NOW + 9), 7, NOW)).toEqual({ version: 8, until: NOW + 9, probeAt: NOW });
    expect(givenBack(rest(NOW + 9), 6, NOW)).toBeNull();
    expect(givenBack(rest(NOW), 7, NOW)).toBeNull();
  });

  it('is ended by its try, not by one before it, and by an operator in any case', () => {
    const over = { version: 8, until: NOW, probeAt: NOW };
    expect(ended(rest(NOW + 9), 7, NOW)).toEqual(over);
    expect(ended(rest(NOW + 9), 6, NOW)).toBeNull();
    expect(ended(rest(NOW + 9), null, NOW)).toEqual(over);
    expect(ended(rest(NOW), null, NOW)).toBeNull();
  });
});

it('whatever happens, each write is the next version, and a resting name is tried out within half a minute', () => {
  const step = fc.record({
    kind: fc.constantFrom('limited', 'elect', 'renewed', 'given-back', 'ended', 'wait'),
    ms: fc.integer({ min: -1_000, max: 200_000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let [now, current, ticket] = [NOW, NEVER_LIMITED, 0];
      for (const { kind, ms } of steps) {
        if (kind === 'wait') now += Math.abs(ms);
        const next =
          kind === 'limited'
            ? limited(current, now + ms, now)
            : kind === 'elect'
              ? elect(current, now)
              : kind === 'renewed'
                ? renewed(current, ticket, now + ms, now)
                : kind === 'given-back'
                  ? givenBack(current, ticket, now)
                  : kind === 'ended'
                    ? ended(current, ticket, now)
                    : null;
        if (next === null) continue;
        expect(next.version).toBe(current.version + 1);
        if (kind === 'elect') ticket = next.version;
        current = next;
        if (current.until > now) expect(current.probeAt).toBeLessThanOrEqual(now + PROBE_EACH_MS);
      }
    }),
    { numRuns: size(300, 5_000), seed: 20261129 },
  );
});
