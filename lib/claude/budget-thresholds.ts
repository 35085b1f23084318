import { dayOf, monthOf } from '../budget/account.ts';
import { standingOf, type Standing } from '../budget/balance.ts';
import type { AccountMonth } from '../budget/store.ts';
import { formatUsd, parseUsd } from '../kernel/money.ts';
import type { Tenant } from '../tenants/types.ts';

/** Parts of a budget that are told when they are reached, in percent. */
export const THRESHOLDS = [50, 75, 90, 100] as const;

/** A part of a budget that was reached and not yet told. */
export interface Threshold {
  readonly tenantId: string;
  /** As `2026-11-20` or `2026-11`. */
  readonly period: string;
  readonly percent: number;
  readonly limitUsd: string;
  readonly spentUsd: string;
  /** What is set when it has been told: its own mark, and those of lower ones that it makes pointless. */
  readonly marks: readonly string[];
}

const markOf = (period: string, percent: number): string => `told#${period}#${percent}`;

const reached = ({ limit, spent }: Standing): number[] =>
  limit === null || limit === 0n ? [] : THRESHOLDS.filter((percent) => spent * 100n >= limit * BigInt(percent));

/** The highest threshold that each period has reached, where it was not told. */
export const budgetThresholds = (tenant: Tenant, month: AccountMonth, now: number): Threshold[] => {
  if (month.name !== monthOf(now)) return [];
  const limit = (usd: string | null) => (usd === null ? null : parseUsd(usd));
  const limits = { day: limit(tenant.dailyBudgetUsd), month: limit(tenant.monthlyBudgetUsd) };
  const standings = standingOf(month, dayOf(now), limits);
  const periods = [
    [dayOf(now), standings.day],
    [month.name, standings.month],
  ] as const;
  return periods.flatMap(([period, standing]) => {
    const percents = reached(standing);
    const percent = percents.at(-1);
    if (percent === undefined || standing.limit === null || month.marks.has(markOf(period, percent))) return [];
    const marks = percents.map((each) => markOf(period, each)).filter((mark) => !month.marks.has(mark));
    const amounts = { limitUsd: formatUsd(standing.limit), spentUsd: formatUsd(standing.spent) };
    return [{ tenantId: tenant.tenantId, period, percent, ...amounts, marks }];
  });
};
