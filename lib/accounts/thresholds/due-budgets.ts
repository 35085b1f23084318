import { standingOf } from '../../budget/balance.ts';
import type { BudgetStore } from '../../budget/store.ts';
import { concurrently } from '../../kernel/concurrently.ts';
import { formatUsd, parseUsd, plus } from '../../kernel/money.ts';
import type { NotedBudget, SpentBudget } from './spent-items.ts';

/** What is to be told. */
export interface Due {
  readonly budget: SpentBudget;
  /** What was put down of it, with lower parts of the same budget, which are not told any more. */
  readonly noted: readonly NotedBudget[];
}

export interface Sorted {
  readonly due: readonly Due[];
  /** Of which so much is neither spent nor reserved any more: it is to be noted anew when it is. */
  readonly dropped: readonly NotedBudget[];
  /** Of what could not be looked at, the first failure; `null`: all could be. It waits for the next pass. */
  readonly failure: { readonly error: unknown } | null;
}

/** Accounts that are read at a time. */
const AT_ONCE = 8;

/** The account's month that a period is, or lies in. */
export const monthIn = (period: string): string => period.slice(0, 'yyyy-mm'.length);

const NO_LIMITS = { day: null, month: null };

/** As it was put down, with what is spent by now where that was not sure; `dropped` or `waits` where it is less. */
export const lookAt = async (
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

/** The stage has one budget, whoever reached a part of it; under another limit it is another. */
const budgetOf = ({ tenantId, scope, subject, period, limitUsd }: SpentBudget): string =>
  JSON.stringify([scope === 'stage' ? null : tenantId, scope, subject, period, limitUsd]);

/** What says more of a budget: that it is spent, that it has refused a call, or the higher part. */
const rankOf = ({ percent, refused }: SpentBudget): number => (refused === undefined ? percent : 99);

/**
 * Which of the budgets that were put down are to be told now: those of which so much is spent, what says most of each. One
 * read for each that is not sure, until it is over. Never rejects: a read that fails leaves its own for the next pass.
 */
export const dueOf = async (
  store: Pick<BudgetStore, 'months'>,
  noted: readonly NotedBudget[],
  isOver: () => boolean,
): Promise<Sorted> => {
  const failures: unknown[] = [];
  const look = (budget: NotedBudget) =>
    lookAt(store, budget).catch((error: unknown) => {
      failures.push(error);
      return 'waits' as const;
    });
  const all = await concurrently(noted, AT_ONCE, async (budget) => ({
    budget,
    found: isOver() ? 'waits' : await look(budget),
  }));
  const spent = all.flatMap(({ budget, found }) =>
    typeof found === 'string' ? [] : [{ budget: found, noted: budget }],
  );
  const groups = Map.groupBy(spent, ({ budget }) => budgetOf(budget));
  return {
    due: [...groups.values()].map((group) => ({
      budget: group.map(({ budget }) => budget).reduce((high, each) => (rankOf(each) > rankOf(high) ? each : high)),
      noted: group.map(({ noted: each }) => each),
    })),
    dropped: all.flatMap(({ budget, found }) => (found === 'dropped' ? [budget] : [])),
    failure: failures.length === 0 ? null : { error: failures[0] },
  };
};
