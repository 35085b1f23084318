import { dayOf, tenantAccount } from '../budget/account.ts';
import type { AccountMonth, BudgetStore } from '../budget/store.ts';
import { formatUsd, minus, type PicoUsd } from '../kernel/money.ts';
import { label } from '../kernel/redacted.ts';
import type { Emit } from '../telemetry/events.ts';

const HOUR_MS = 3_600_000;

export interface CheckClosedDaysParts {
  readonly store: Pick<BudgetStore, 'close'>;
  readonly emit: Emit;
  readonly longestCallMs: number;
  /** What the records of a day (as `2026-11-20`) come to; `null`: its hours are not all summed up yet. */
  readonly recordedOn: (tenantId: string, day: string) => Promise<PicoUsd | null>;
}

/** How long days may be checked, and which. */
export interface ClosedDaysLook {
  /** Epoch milliseconds. */
  readonly now: number;
  /**
   * What was begun before this instant (epoch milliseconds) was settled when the months were read: of what was not, a record
   * may be written whose cost is not in the counters yet. `null`: not known, so that no day is checked.
   */
  readonly settledBefore: number | null;
  readonly isOver?: () => boolean;
}

/** Marks of days, which nobody asks for once the day is closed. `checked` stood where the last closed day stands now. */
const DAY_MARK = /^(?:checked|reached|told)#(\d{4}-\d{2}-\d{2})(?:#|$)/;

/**
 * Holds the counters of days that are over against the sums of their records, each day once and in order. A difference is
 * told before the day counts as closed. Goes on where it was broken off.
 */
export const checkClosedDays = async (
  { store, emit, longestCallMs, recordedOn }: CheckClosedDaysParts,
  tenantId: string,
  month: AccountMonth,
  { now, settledBefore, isOver = () => false }: ClosedDaysLook,
): Promise<void> => {
  if (settledBefore === null || month.adjustments.some(({ note }) => note !== null)) return;
  const ends = dayOf(Math.min(now - longestCallMs - HOUR_MS, settledBefore));
  let { closedThrough } = month;
  const days = [...month.days].filter(([day]) => day < ends && (closedThrough === null || day > closedThrough));
  for (const [day, counter] of days.sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (isOver()) return;
    if (!month.marks.has(`checked#${day}`)) {
      const recorded = await recordedOn(tenantId, day);
      if (recorded === null) return;
      const drift = minus(counter, recorded);
      if (drift !== 0n)
        emit({ type: 'budget.drifted', tenantId: label(tenantId), day: label(day), driftUsd: label(formatUsd(drift)) });
    }
    const marks = [...month.marks].filter((mark) => (DAY_MARK.exec(mark)?.[1] ?? '~') <= day);
    if (!(await store.close(tenantAccount(tenantId), { ...month, closedThrough }, day, marks))) return;
    closedThrough = day;
  }
};
