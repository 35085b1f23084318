import { concurrently } from '../kernel/concurrently.ts';
import { label } from '../kernel/redacted.ts';
import type { Emit } from '../telemetry/events.ts';
import type { SpentBudget, SpentBudgets } from './spent-budgets.ts';

/** What came of telling of some budgets. */
export interface SpentNotified {
  /** Whether everybody who is to be told has been told of all of them. */
  readonly isDone: boolean;
  /** Those of which somebody was told just now, who had not been told before. */
  readonly newly: readonly SpentBudget[];
}

export interface TellSpentParts {
  /** Budgets that have refused a call. Default: there are none. */
  readonly spent?: Pick<SpentBudgets, 'list' | 'remove'>;
  /** Tells whoever is to be told, in one message, of budgets of one tenant, scope and period. Default: nobody is. */
  readonly notifySpent?: (spent: readonly SpentBudget[]) => Promise<SpentNotified>;
  readonly emit: Emit;
}

/** Messages, and items to be removed, at a time. */
const AT_ONCE = 8;

/** So many are in one message: each is claimed first, which takes some milliseconds. The next pass goes on. */
export const MOST_TOGETHER = 1_000;

/** Each budget of a tenant and of the stage by itself; those of keys and of end users, of whom there may be thousands, together. */
const together = (budgets: readonly SpentBudget[]): SpentBudget[][] => {
  const groups = Map.groupBy(budgets, ({ tenantId, scope, period }) => [tenantId, scope, period].join('\n'));
  return [...groups.values()].map((group) => group.slice(0, MOST_TOGETHER));
};

/** Tells of the budgets that refused a call, and says so, until it is over; what is left is told in the next pass. */
export const tellSpent = async (
  { spent, notifySpent, emit }: TellSpentParts,
  { isOver, guarded }: { isOver: () => boolean; guarded: (act: () => Promise<void>) => Promise<unknown> },
): Promise<void> => {
  if (spent === undefined || notifySpent === undefined || isOver()) return;
  await concurrently(together(await spent.list()), AT_ONCE, (group) =>
    guarded(async () => {
      if (isOver()) return;
      const { isDone, newly } = await notifySpent(group);
      for (const { tenantId, period, limitUsd, spentUsd } of newly) {
        const amounts = { limitUsd: label(limitUsd), spentUsd: label(spentUsd) };
        emit({ type: 'budget.threshold', tenantId: label(tenantId), period: label(period), percent: 100, ...amounts });
      }
      if (isDone) await concurrently(group, AT_ONCE, (each) => spent.remove(each));
    }),
  );
};
