import { describe, expect, it } from 'vitest';
import { tenantAccount } from '../../lib/budget/account.ts';
import { type Balance, EMPTY, refusalOf, standingOf, wouldFitLater } from '../../lib/budget/balance.ts';
import { pico } from '../../lib/kernel/money.ts';
import { DAY, NOW, reservationOf } from './parts.ts';

const DAY_MS = 86_400_000;
const limit = (amount: number | null) => (amount === null ? null : pico(BigInt(amount)));
const limits = (day: number | null, month: number | null) => ({ day: limit(day), month: limit(month) });

/** 70 this month, 30 of them today; 10 are reserved today and 5 yesterday. */
const BALANCE: Balance = {
  month: pico(70n),
  days: new Map([
    ['2026-11-19', pico(40n)],
    [DAY, pico(30n)],
  ]),
  open: [
    reservationOf('acme', { amount: pico(10n) }),
    reservationOf('acme', { attemptId: 'run_02:1:1', amount: pico(5n), at: NOW - DAY_MS }),
  ],
};

describe('where an account stands', () => {
  it.each([
    ['within its limits', limits(100, 100), 70n, 30n],
    ['at its limits', limits(30, 70), 0n, 0n],
    ['above limits that were lowered since', limits(20, 60), 0n, 0n],
    ['without limits', limits(null, null), null, null],
    ['with limits of zero', limits(0, 0), 0n, 0n],
  ])('%s', (_, allowed, dayRemaining, monthRemaining) => {
    expect(standingOf(BALANCE, DAY, allowed)).toEqual({
      day: { limit: allowed.day, spent: 20n, reserved: 10n, remaining: dayRemaining },
      month: { limit: allowed.month, spent: 55n, reserved: 15n, remaining: monthRemaining },
    });
  });

  it('is nothing on a day that has seen nothing', () => {
    const { day } = standingOf(BALANCE, '2026-11-21', limits(9, null));
    expect(day).toEqual({ limit: 9n, spent: 0n, reserved: 0n, remaining: 9n });
    expect(standingOf(EMPTY, DAY, limits(9, 9)).month).toEqual({ limit: 9n, spent: 0n, reserved: 0n, remaining: 9n });
  });
});

describe('a refusal', () => {
  it.each([
    [
      'the day where it is tighter',
      limits(40, 100),
      { period: 'day', limit: 40n, spent: 20n, reserved: 10n, remaining: 10n },
    ],
    [
      'the month where it is tighter',
      limits(100, 75),
      { period: 'month', limit: 75n, spent: 55n, reserved: 15n, remaining: 5n },
    ],
    ['the day where both leave as much', limits(40, 80), { period: 'day', remaining: 10n }],
    ['the only period with a limit', limits(null, 75), { period: 'month', remaining: 5n }],
    ['nothing left where a limit was lowered', limits(1, null), { period: 'day', remaining: 0n }],
  ])('names %s', (_, allowed, expected) => {
    expect(refusalOf(BALANCE, NOW, tenantAccount('acme', allowed))).toMatchObject({ scope: 'tenant', ...expected });
  });

  it('is none where there is no limit', () => {
    expect(refusalOf(BALANCE, NOW, tenantAccount('acme'))).toBeNull();
  });

  it.each([
    [20, true],
    [21, false],
  ])('may be worth waiting for only where open reservations are the cause: asked for %i', (asked, later) => {
    const refusal = refusalOf(BALANCE, NOW, tenantAccount('acme', limits(40, null)));
    expect(refusal && wouldFitLater(refusal, pico(BigInt(asked)))).toBe(later);
  });
});
