import { formatUsd } from '../kernel/money.ts';
import { dayOf, type Limits, monthOf, tenantAccount } from './account.ts';
import { EMPTY, type Standing, standingOf } from './balance.ts';
import type { BudgetStore } from './store.ts';

/** One period of a tenant's budget, as the contract shows it. */
export interface BudgetView {
  readonly limitUsd: string | null;
  readonly spentUsd: string;
  readonly reservedUsd: string;
  readonly remainingUsd: string | null;
  /** ISO 8601 UTC. */
  readonly resetsAt: string;
}

const view = ({ limit, spent, reserved, remaining }: Standing, resetsAt: number): BudgetView => ({
  limitUsd: limit === null ? null : formatUsd(limit),
  spentUsd: formatUsd(spent),
  reservedUsd: formatUsd(reserved),
  remainingUsd: remaining === null ? null : formatUsd(remaining),
  resetsAt: new Date(resetsAt).toISOString(),
});

/** Where a tenant stands at an instant (epoch milliseconds), read strongly. */
export const viewBudget = async (
  store: Pick<BudgetStore, 'months'>,
  tenantId: string,
  limits: Limits,
  now: number,
): Promise<{ readonly day: BudgetView; readonly month: BudgetView }> => {
  const name = monthOf(now);
  const [found] = await store.months(tenantAccount(tenantId), name, name);
  const { day, month } = standingOf(found ?? EMPTY, dayOf(now), limits);
  const at = new Date(now);
  const [year, monthIndex] = [at.getUTCFullYear(), at.getUTCMonth()];
  return {
    day: view(day, Date.UTC(year, monthIndex, at.getUTCDate() + 1)),
    month: view(month, Date.UTC(year, monthIndex + 1, 1)),
  };
};
