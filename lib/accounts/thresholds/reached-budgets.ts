import { dayOf, type Limits, monthOf } from '../../budget/account.ts';
import type { Period } from '../../budget/balance.ts';
import type { Counted } from '../../budget/store.ts';
import type { PicoUsd } from '../../kernel/money.ts';

/** Parts of a key's, an end user's or the stage's budget that are told when spending reaches them, in percent; 100 % is a refusal. */
export const EARLY_PERCENTS = [50, 75, 90] as const;

/** A part of a budget that a settlement has reached, and that is not noted yet. */
export interface Reached {
  /** As `2026-11-20` or `2026-11`. */
  readonly period: string;
  readonly percent: number;
  readonly limit: PicoUsd;
  /** What was spent, or more where others have reserved. */
  readonly upTo: PicoUsd;
}

export interface ReachedNow {
  /** Where it is known what was spent, the highest of a period alone; else each that may have been reached. */
  readonly reached: readonly Reached[];
  /** What is to be noted with the account's month, so that nobody puts the same down again. */
  readonly noted: number;
}

/** The number that is noted says of which day it is, and the highest percentages of that day and of the month. */
const DAY = 10_000;
const MONTH = 100;
const notedOf = (day: number, percents: Readonly<Record<Period, number>>): number =>
  day * DAY + percents.day * MONTH + percents.month;

/** What of an account's budgets was reached at a settlement of a reservation of that instant, and was not noted before. */
export const reachedBy = ({ open, noted, ...counters }: Counted, limits: Limits, at: number): ReachedNow => {
  const names = { day: dayOf(at), month: monthOf(at) };
  const dayOfMonth = Number(names.day.slice(-2));
  const notedDay = Math.trunc(noted / DAY);
  // A call of the day before may be settled after the first of today: of its own day nothing more is told.
  const isLate = notedDay > dayOfMonth;
  const notedPercent = notedDay === dayOfMonth ? Math.trunc(noted / MONTH) % MONTH : 0;
  const before = { day: isLate ? Number.POSITIVE_INFINITY : notedPercent, month: noted % MONTH };
  const percents = { ...before };
  const reached = (['day', 'month'] as const).flatMap((period): Reached[] => {
    const [limit, upTo] = [limits[period], counters[period]];
    if (limit === null || limit === 0n) return [];
    const all = EARLY_PERCENTS.filter((percent) => percent > before[period] && upTo * 100n >= limit * BigInt(percent));
    percents[period] = all.at(-1) ?? before[period];
    return all.slice(open === 0 ? -1 : 0).map((percent) => ({ period: names[period], percent, limit, upTo }));
  });
  return { reached, noted: isLate ? noted - before.month + percents.month : notedOf(dayOfMonth, percents) };
};
