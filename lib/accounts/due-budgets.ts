import { standingOf } from '../budget/balance.ts';
import type { BudgetStore } from '../budget/store.ts';
import { concurrently } from '../kernel/concurrently.ts';
import { formatUsd, parseUsd, plus } from '../kernel/money.ts';
import type { SpentBudget } from './spent-budgets.ts';

/** What is to be told. */
export interface Due {
  readonly budget: SpentBudget;
  /** What was put down of it, with lower parts of the same budget, which are not told any more. */
  readonly noted: readonly SpentBudget[];
}

export interface Sorted {
  readonly due: readonly Due[];
  /** Of which so much is neither spent nor reserved any more: it is to be noted anew when it is. */
  readonly dropped: readonly SpentBudget[];
}

/** Accounts that are read at a time. */
const AT_ONCE = 8;

/** The account's month that a period is, or lies in. */
export const monthIn = (period: string): string => period.slice(0, 'yyyy-mm'.length);

const NO_LIMITS = { day: null, month: null };

/** As it was put down, with what is spent by now where that was not sure; `dropped` or `waits` where it is less. */
const looked = async (
  store: Pick<BudgetStore, 'months'>,
  budget: SpentBudget,
): Promise<SpentBudget | 'dropped' | 'waits'> => {
  const { unsure, period, percent, limitUsd } = budget;
  if (unsure === null) return budget;
  const name = monthIn(period);
  const [month] = await store.months({ pk: unsure }, name, name);
  if (month === undefined) return 'dropped';
  const { spent, reserved } = standingOf(month, period, NO_LIMITS)[period === name ? 'month' : 'day'];
  const part = parseUsd(limitUsd) * BigInt(percent);
  if (spent * 100n >= part) return { ...budget, spentUsd: formatUsd(spent), unsure: null };
  return plus(spent, reserved) * 100n >= part ? 'waits' : 'dropped';
};

const ownerOf = ({ tenantId, scope, subject, period }: SpentBudget): string =>
  JSON.stringify([tenantId, scope, subject, period]);

/**
 * Which of the budgets that were put down are to be told now: those of which so much is spent, the highest part of each. One
 * read for each that is not sure, until it is over. Rejects with `store-unavailable`.
 */
export const dueOf = async (
  store: Pick<BudgetStore, 'months'>,
  noted: readonly SpentBudget[],
  isOver: () => boolean,
): Promise<Sorted> => {
  const all = await concurrently(noted, AT_ONCE, async (budget) => ({
    budget,
    found: isOver() ? 'waits' : await looked(store, budget),
  }));
  const spent = all.flatMap(({ budget, found }) =>
    typeof found === 'string' ? [] : [{ budget: found, noted: budget }],
  );
  const groups = Map.groupBy(spent, ({ budget }) => ownerOf(budget));
  return {
    due: [...groups.values()].map((group) => ({
      budget: group.map(({ budget }) => budget).reduce((high, each) => (each.percent > high.percent ? each : high)),
      noted: group.map(({ noted: each }) => each),
    })),
    dropped: all.flatMap(({ budget, found }) => (found === 'dropped' ? [budget] : [])),
  };
};
