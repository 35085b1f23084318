import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideRetry, type RetryOptions, type RetryQuestion } from '../../lib/retry/decision.ts';
import { retryAfterOf } from '../../lib/retry/retry-after.ts';

const OPTIONS: RetryOptions = { maxRetries: 3, baseDelayMs: 500, maxDelayMs: 20_000 };
const question = (over: Partial<RetryQuestion> = {}): RetryQuestion => ({
  retry: 0,
  retryAfterMs: null,
  remainingMs: 120_000,
  random: 0.5,
  ...over,
});

describe('the decision to try again', () => {
  it.each([
    ['waits half of the base delay in the middle of its range', {}, { retry: true, delayMs: 250 }],
    ['doubles the ceiling with each retry', { retry: 2 }, { retry: true, delayMs: 1_000 }],
    ['stops after the last retry', { retry: 3 }, { retry: false, why: 'exhausted' }],
    [
      'never undercuts what the upstream asked for',
      { retryAfterMs: 7_000, random: 0 },
      { retry: true, delayMs: 7_000 },
    ],
    ['spreads those who were told the same instant', { retryAfterMs: 7_000 }, { retry: true, delayMs: 7_250 }],
    ['spreads them over a tenth of a short wait', { retryAfterMs: 1_000 }, { retry: true, delayMs: 1_050 }],
    ['waits for no more than the longest delay', { retryAfterMs: 20_001 }, { retry: false, why: 'too-late' }],
    [
      'begins no wait that outlives the deadline',
      { retryAfterMs: 5_000, remainingMs: 5_000 },
      { retry: false, why: 'too-late' },
    ],
    ['does not wait where nothing is left', { remainingMs: 0 }, { retry: false, why: 'too-late' }],
  ] as const)('%s', (_title, over, expected) => {
    expect(decideRetry(question(over), OPTIONS)).toEqual(expected);
  });

  it('never waits past the deadline, nor below what was asked, nor above the ceiling', () => {
    const asked = fc.record({
      retry: fc.nat(12),
      retryAfterMs: fc.option(fc.nat(100_000)),
      remainingMs: fc.nat(200_000),
      random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    fc.assert(
      fc.property(asked, (each) => {
        const decision = decideRetry(each, { ...OPTIONS, maxRetries: 10 });
        if (!decision.retry) return;
        expect(decision.delayMs).toBeLessThan(each.remainingMs);
        expect(decision.delayMs).toBeGreaterThanOrEqual(each.retryAfterMs ?? 0);
        expect(decision.delayMs).toBeLessThanOrEqual(OPTIONS.maxDelayMs);
      }),
      { seed: 2, numRuns: 500 },
    );
  });
});

describe('the upstream’s own delay', () => {
  const now = Date.UTC(2026, 10, 20, 12, 0, 0);
  it.each([
    ['is in milliseconds where it says so', { 'retry-after-ms': '1500', 'retry-after': '60' }, 1_500],
    ['is in seconds', { 'retry-after': '30' }, 30_000],
    ['is a year at most', { 'retry-after': '9'.repeat(400) }, 31_536_000_000],
    ['is a year at most in milliseconds too', { 'retry-after-ms': '9'.repeat(30) }, 31_536_000_000],
    ['may have a fraction', { 'retry-after': '0.25' }, 250],
    ['may be a date', { 'retry-after': 'Fri, 20 Nov 2026 12:00:09 GMT' }, 9_000],
    ['is nothing where the date has passed', { 'retry-after': 'Fri, 20 Nov 2026 11:00:00 GMT' }, 0],
    ['is unknown where it is absent', {}, null],
    ['is unknown where it is rubbish', { 'retry-after': 'soon' }, null],
    ['is unknown where it is negative', { 'retry-after': '-3' }, null],
    ['may be absurd', { 'retry-after': '31536000' }, 31_536_000_000],
  ])('%s', (_title, headers, expected) => {
    expect(retryAfterOf(new Headers(headers), now)).toBe(expected);
  });
});
