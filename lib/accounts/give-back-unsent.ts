import { monthOf } from '../budget/account.ts';
import type { Budgets } from '../budget/budgets.ts';
import { tenantMonths } from '../budget/shards/whole-month.ts';
import type { BudgetStore } from '../budget/store.ts';
import { ZERO } from '../kernel/money.ts';
import { sortWaiting } from './noted-calls.ts';
import type { Parking } from './parking.ts';

export interface GiveBackUnsentParts {
  readonly store: Pick<BudgetStore, 'months'>;
  readonly budgets: Pick<Budgets, 'settle'>;
  /** Default: nothing goes out that is held by nobody. */
  readonly parking?: Pick<Parking, 'ofRun'> | undefined;
}

/** Attempts of a run that were refused before anything was sent, all since an instant; epoch milliseconds. */
export interface UnsentAttempts {
  readonly tenantId: string;
  readonly runId: string;
  readonly attemptIds: readonly string[];
  readonly since: number;
  readonly now: number;
}

/**
 * Settles at nothing what these attempts hold, or were noted with, although the store did not say so. Harmless beside whoever
 * reserved it, and when repeated. Rejects with `store-unavailable`. Two reads, and the writes for what is found.
 */
export const giveBackUnsent = async (
  { store, budgets, parking }: GiveBackUnsentParts,
  { tenantId, runId, attemptIds, since, now }: UnsentAttempts,
): Promise<void> => {
  const [months, waiting] = await Promise.all([
    tenantMonths(store, tenantId, monthOf(since), monthOf(now)),
    parking?.ofRun(tenantId, runId) ?? [],
  ]);
  // Asked for again under another id, which begins as the first does.
  const isUnsent = ({ attemptId }: { readonly attemptId: string }) =>
    attemptIds.some((id) => attemptId === id || attemptId.startsWith(`${id}:`));
  const held = [...months.flatMap(({ open }) => open), ...sortWaiting(waiting).underWay].filter(isUnsent);
  // A copy of the request may still arrive.
  await Promise.all(held.map((each) => budgets.settle({ ...each, fenced: true }, ZERO)));
};
