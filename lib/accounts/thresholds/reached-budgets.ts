import { dayOf, type Limits, monthOf } from '../../budget/account.ts';
import type { Counted } from '../../budget/store.ts';
import { shortHash } from '../../kernel/ids/short-hash.ts';
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
  /**
   * Of which limits the note is that was found: `others` before a change, or of a process that does not know of it yet;
   * `unknown` where an earlier version wrote it, and it is to be noted anew whether or not something was reached.
   */
  readonly foundOf: 'these' | 'others' | 'unknown' | 'none';
}

/**
 * The number that is noted says of which limits and of which day it is, and the highest percentages of that day and of the
 * month.
 */
const LIMITS = 1_000_000;
const DAY = 10_000;
const MONTH = 100;
/** From 1 to 2^28: the whole number stays exact. */
const nameOf = ({ day, month }: Limits): number => 1 + Number.parseInt(shortHash(`${day}/${month}`).slice(0, 7), 16);

/** A note, of which only what is of these limits counts. */
const readNote = (noted: number, limits: number) => {
  const of = Math.trunc(noted / LIMITS);
  const percents = { day: Math.trunc(noted / MONTH) % MONTH, month: noted % MONTH };
  const isNone = of === 0 && percents.day + percents.month === 0;
  const foundOf = isNone ? 'none' : of === 0 ? 'unknown' : of === limits ? 'these' : 'others';
  const isOthers = foundOf === 'others';
  return { foundOf, day: Math.trunc(noted / DAY) % 100, percents: isOthers ? { day: 0, month: 0 } : percents } as const;
};

/** What of an account's budgets was reached at a settlement of a reservation of that instant, and was not noted before. */
export const reachedBy = ({ open, noted, ...counters }: Counted, limits: Limits, at: number): ReachedNow => {
  const names = { day: dayOf(at), month: monthOf(at) };
  const dayOfMonth = Number(names.day.slice(-2));
  const ofLimits = nameOf(limits);
  const found = readNote(noted, ofLimits);
  // A call of the day before may be settled after the first of today: of its own day nothing more is told.
  const isLate = found.day > dayOfMonth;
  const before = { ...found.percents, ...(found.day < dayOfMonth ? { day: 0 } : {}) };
  const percents = { ...before };
  const reached = (['day', 'month'] as const).flatMap((period): Reached[] => {
    const [limit, upTo] = [limits[period], counters[period]];
    if (limit === null || limit === 0n || (period === 'day' && isLate)) return [];
    const all = EARLY_PERCENTS.filter((percent) => upTo * 100n >= limit * BigInt(percent));
    const fresh = all.filter((percent) => percent > before[period]);
    // Of limits that are not known no more counts than these have reached.
    const counting = found.foundOf === 'unknown' ? Math.min(before[period], all.at(-1) ?? 0) : before[period];
    percents[period] = fresh.at(-1) ?? counting;
    return fresh.slice(open === 0 ? -1 : 0).map((percent) => ({ period: names[period], percent, limit, upTo }));
  });
  const day = isLate ? found.day : dayOfMonth;
  return {
    reached,
    noted: ofLimits * LIMITS + day * DAY + percents.day * MONTH + percents.month,
    foundOf: found.foundOf,
  };
};
