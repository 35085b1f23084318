import { dayOf, monthOf } from '../../budget/account.ts';
import { type Standing, standingOf } from '../../budget/balance.ts';
import type { AccountMonth } from '../../budget/store.ts';
import { formatUsd } from '../../kernel/money.ts';
import type { Tenant } from '../../tenants/types.ts';
import { limitsOf } from '../budget-limits.ts';

/** Parts of a budget that are told when they are reached, in percent. */
export const THRESHOLDS = [50, 75, 90, 100] as const;

/** A mark of an account's month, and those that it replaces. */
export interface Mark {
  readonly name: string;
  readonly replaces: readonly string[];
}

/** A part of a budget that was reached and of which not everybody was told; lower ones are not told any more. */
export interface Threshold {
  readonly tenantId: string;
  /** As `2026-11-20` or `2026-11`. */
  readonly period: string;
  readonly percent: number;
  readonly limitUsd: string;
  readonly spentUsd: string;
  /** The account's month that holds its marks. */
  readonly month: string;
  /** The mark that says it was reached; `null` where it is set already. */
  readonly reached: Mark | null;
  /** The mark to be set when everybody was told. */
  readonly notified: Mark;
  /** An earlier version told it, and did not say of which limit: of this one everybody counts as told. */
  readonly isKnown: boolean;
}

const reachedBy = ({ limit, spent }: Standing): number[] =>
  limit === null || limit === 0n ? [] : THRESHOLDS.filter((percent) => spent * 100n >= limit * BigInt(percent));

const UNLIMITED_MARK = /^[^#]+#[^#]+#\d+$/;

/** With its limit, so that a budget that is raised or lowered begins anew. It replaces those of other limits, and all without one. */
const markOf = (marks: AccountMonth['marks'], part: string, percent: number, limitUsd: string): Mark => {
  const ofPercent = `${part}#${percent}#`;
  const name = `${ofPercent}${limitUsd}`;
  const isReplaced = (mark: string) =>
    mark !== name && (mark.startsWith(ofPercent) || (mark.startsWith(`${part}#`) && UNLIMITED_MARK.test(mark)));
  return { name, replaces: [...marks].filter(isReplaced) };
};

/** The highest threshold that each period has reached, where not everybody was told. */
export const budgetThresholds = (tenant: Tenant, month: AccountMonth, now: number): Threshold[] => {
  if (month.name !== monthOf(now)) return [];
  const standings = standingOf(month, dayOf(now), limitsOf(tenant));
  const periods = [
    [dayOf(now), standings.day],
    [month.name, standings.month],
  ] as const;
  return periods.flatMap(([period, standing]) => {
    const percent = reachedBy(standing).at(-1);
    if (percent === undefined || standing.limit === null) return [];
    const amounts = { limitUsd: formatUsd(standing.limit), spentUsd: formatUsd(standing.spent) };
    const mark = (of: string) => markOf(month.marks, `${of}#${period}`, percent, amounts.limitUsd);
    const [reached, notified] = [mark('reached'), mark('told')];
    if (month.marks.has(notified.name)) return [];
    const marks = { month: month.name, reached: month.marks.has(reached.name) ? null : reached, notified };
    const isKnown = month.marks.has(`told#${period}#${percent}`);
    return [{ tenantId: tenant.tenantId, period, percent, ...amounts, ...marks, isKnown }];
  });
};
