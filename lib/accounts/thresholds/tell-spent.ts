import type { BudgetStore } from '../../budget/store.ts';
import { concurrently } from '../../kernel/concurrently.ts';
import { label } from '../../kernel/redacted.ts';
import type { Emit } from '../../telemetry/events.ts';
import { type Due, dueOf, lookAt, monthIn } from './due-budgets.ts';
import type { SpentBudgets } from './spent-budgets.ts';
import { type SpentBudget, stepOf } from './spent-items.ts';

/** What came of telling of some budgets. */
export interface SpentNotified {
  /** Whether everybody who is to be told has been told of all of them. */
  readonly isDone: boolean;
  /** Those of which somebody was told just now, who had not been told before. */
  readonly newly: readonly SpentBudget[];
}

export interface TellSpentParts {
  /** Budgets that have refused a call, or of which a part is spent. Default: there are none. */
  readonly spent?: Pick<SpentBudgets, 'list' | 'remove'>;
  /** Tells whoever is to be told, in one message, of budgets of one tenant, scope, period and part. Default: nobody is. */
  readonly notifySpent?: (spent: readonly SpentBudget[]) => Promise<SpentNotified>;
  readonly emit: Emit;
}

export interface Telling {
  readonly isOver: () => boolean;
  readonly guarded: (act: () => Promise<void>) => Promise<unknown>;
  /** Says what is spent by now of what was not sure. */
  readonly store: Pick<BudgetStore, 'months' | 'note'>;
}

const ownerOf = ({ tenantId, scope, subject }: Pick<SpentBudget, 'tenantId' | 'scope' | 'subject'>) => ({
  tenantId: label(tenantId),
  scope: label(scope),
  ...(subject === null ? {} : { [scope === 'key' ? 'keyId' : 'user']: label(subject) }),
});

/** Messages, and items to be removed, at a time. */
const AT_ONCE = 8;

/** So many are in one message: each is claimed first, which takes some milliseconds. The next pass goes on. */
export const MOST_TOGETHER = 1_000;

/**
 * Each budget of a tenant and of the stage by itself; those of keys and of end users, of whom there may be thousands, together.
 * Whose limit was changed meanwhile is in one message for each limit.
 */
const together = (all: readonly Due[]): Due[][] => {
  const seen = new Map<string, number>();
  const groups = Map.groupBy(all, ({ budget }) => {
    const { tenantId, scope, subject, period } = budget;
    const kind = [tenantId, scope, period, stepOf(budget)].join('\n');
    const owner = `${kind}\n${subject}`;
    const limits = seen.get(owner) ?? 0;
    seen.set(owner, limits + 1);
    return `${kind}\n${limits}`;
  });
  return [...groups.values()].map((group) => group.slice(0, MOST_TOGETHER));
};

/**
 * Tells of the budgets that refused a call, or of which a part is spent, and says so, until it is over; what is left is told
 * in the next pass.
 */
export const tellSpent = async (
  { spent, notifySpent, emit }: TellSpentParts,
  { isOver, guarded, store }: Telling,
): Promise<void> => {
  if (spent === undefined || notifySpent === undefined || isOver()) return;
  const sorted = await dueOf(store, await spent.list(), isOver);
  await concurrently(together(sorted.due), AT_ONCE, (group) =>
    guarded(async () => {
      if (isOver()) return;
      const { isDone, newly } = await notifySpent(group.map(({ budget }) => budget));
      for (const { period, percent, refused, limitUsd, spentUsd, ...whose } of newly) {
        // No part of it was reached; each such refusal has a line of its own.
        if (refused !== undefined) continue;
        const amounts = { limitUsd: label(limitUsd), spentUsd: label(spentUsd) };
        emit({ type: 'budget.threshold', ...ownerOf(whose), period: label(period), percent, ...amounts });
      }
      const told = group.flatMap(({ noted }) => noted);
      if (isDone) await concurrently(told, AT_ONCE, (each) => spent.remove(each));
    }),
  );
  await guarded(async () => {
    await concurrently(sorted.dropped, AT_ONCE, async (each) => {
      // First: who dies in between leaves it to be put down twice, and told once.
      if (each.unsure !== null) await store.note({ pk: each.unsure }, monthIn(each.period), 0, null);
      // Who reached it before that found it noted, and put nothing down; who reaches it from now on does.
      if ((await lookAt(store, each)) === 'dropped') await spent.remove(each);
    });
  });
  await guarded(async () => {
    if (sorted.failure !== null) throw sorted.failure.error;
  });
};
