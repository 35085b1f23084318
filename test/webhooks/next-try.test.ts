import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MAX_DELIVERY_AGE_MS, nextTry, PAUSES_MS } from '../../lib/webhooks/next-try.ts';

const failing = { status: 500, retryAfterMs: null, tries: 1, createdAt: 0, now: 0, random: 0 };

it.each([200, 201, 202, 204, 299])('%i has taken it', (status) => {
  expect(nextTry({ ...failing, status })).toEqual({ outcome: 'delivered' });
});

it.each([null, 301, 302, 307, 400, 401, 404, 408, 429, 500, 503])('after %s it is tried again', (status) => {
  expect(nextTry({ ...failing, status })).toEqual({ outcome: 'pending', at: 5_000 });
});

it('410 ends it', () => {
  expect(nextTry({ ...failing, status: 410 })).toEqual({ outcome: 'failed' });
});

/** The instants of all tries of a receiver that never takes it. */
const triesOf = (random: () => number): number[] => {
  const tries = [0];
  for (;;) {
    const now = tries.at(-1) ?? 0;
    const next = nextTry({ ...failing, tries: tries.length, now, random: random() });
    if (next.outcome !== 'pending') return tries;
    tries.push(next.at);
  }
};

it('without luck there are ten tries, the last nearly a day after the first', () => {
  const tries = triesOf(() => 0);
  expect(tries).toHaveLength(PAUSES_MS.length + 1);
  expect(tries.at(-1)).toBe(84_965_000);
});

it('whatever chance says, pauses grow, jitter and end within a day', () => {
  fc.assert(
    fc.property(fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), (stream) => {
      const tries = triesOf(() => Number(stream.next().value));
      const pauses = tries.slice(1).map((at, before) => at - (tries[before] ?? 0));
      expect(tries.length).toBe(10);
      expect(tries.at(-1)).toBeLessThanOrEqual(MAX_DELIVERY_AGE_MS);
      expect(tries.at(-1)).toBeGreaterThan(MAX_DELIVERY_AGE_MS * 0.75);
      for (const [at, pause] of pauses.entries()) expect(pause).toBeGreaterThanOrEqual((PAUSES_MS[at] ?? 0) * 0.8);
    }),
  );
});

it('a receiver that asks for more time gets it, within the day', () => {
  expect(nextTry({ ...failing, status: 503, retryAfterMs: 60_000 })).toEqual({ outcome: 'pending', at: 60_000 });
  expect(nextTry({ ...failing, status: 503, retryAfterMs: 1_000 })).toEqual({ outcome: 'pending', at: 5_000 });
  expect(nextTry({ ...failing, status: 503, retryAfterMs: MAX_DELIVERY_AGE_MS + 1 })).toEqual({ outcome: 'failed' });
});
