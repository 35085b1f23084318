import { minus, type PicoUsd, sum, ZERO } from '../kernel/money.ts';
import { type Account, dayOf, type Limits } from './account.ts';
import type { Reservation } from './reservation.ts';

export type Period = 'day' | 'month';

/** An account's month as it is stored: counters hold what was spent and what is reserved, together. */
export interface Balance {
  readonly month: PicoUsd;
  /** By day, as `2026-11-20`. */
  readonly days: ReadonlyMap<string, PicoUsd>;
  readonly open: readonly Reservation[];
}

export const EMPTY: Balance = { month: ZERO, days: new Map(), open: [] };

/** One period of an account. */
export interface Standing {
  readonly limit: PicoUsd | null;
  readonly spent: PicoUsd;
  readonly reserved: PicoUsd;
  /** Never below zero; `null`: no limit. */
  readonly remaining: PicoUsd | null;
}

const standing = (counter: PicoUsd, reserved: PicoUsd, limit: PicoUsd | null): Standing => {
  const left = limit === null ? null : minus(limit, counter);
  return { limit, reserved, spent: minus(counter, reserved), remaining: left !== null && left < 0n ? ZERO : left };
};

/** Where an account stands in the day (as `2026-11-20`) and its month. */
export const standingOf = ({ month, days, open }: Balance, day: string, limits: Limits): Record<Period, Standing> => {
  const reserved = (of: readonly Reservation[]) => sum(of.map(({ amount }) => amount));
  const today = open.filter(({ at }) => dayOf(at) === day);
  return {
    day: standing(days.get(day) ?? ZERO, reserved(today), limits.day),
    month: standing(month, reserved(open), limits.month),
  };
};

/** Why a reservation does not fit, in the period that is tighter. */
export interface Refusal {
  readonly scope: Account['scope'];
  readonly period: Period;
  readonly limit: PicoUsd;
  readonly spent: PicoUsd;
  readonly reserved: PicoUsd;
  /** What could still be reserved, in both periods. */
  readonly remaining: PicoUsd;
  /** What could be, in both, if no reservation were open. */
  readonly remainingLater: PicoUsd;
  /** The period of which the least would be left if no reservation were open. */
  readonly nearest: {
    readonly period: Period;
    readonly limit: PicoUsd;
    readonly spent: PicoUsd;
    readonly reserved: PicoUsd;
  };
}

/** Whether what was asked for would fit if no reservation were open: then waiting may help. */
export const wouldFitLater = ({ remainingLater }: Refusal, asked: PicoUsd): boolean => asked <= remainingLater;

/** The refusal that a balance means; `null` where the account has no limit. */
export const refusalOf = (balance: Balance, at: number, { scope, limits }: Account): Refusal | null => {
  const periods = standingOf(balance, dayOf(at), limits);
  const limited = (['day', 'month'] as const).flatMap((period) => {
    const { limit, spent, reserved, remaining } = periods[period];
    return limit === null || remaining === null ? [] : [{ scope, period, limit, spent, reserved, remaining }];
  });
  const [first, ...others] = limited;
  if (first === undefined) return null;
  const left = (each: Refusal['nearest']) => minus(each.limit, each.spent);
  const nearest = others.reduce((least, each) => (left(each) < left(least) ? each : least), first);
  const tightest = others.reduce((least, each) => (each.remaining < least.remaining ? each : least), first);
  return { ...tightest, remainingLater: left(nearest) < 0n ? ZERO : left(nearest), nearest };
};
