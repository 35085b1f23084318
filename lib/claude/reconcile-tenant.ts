import { monthOf, tenantAccount } from '../budget/account.ts';
import type { Budgets } from '../budget/budgets.ts';
import type { Reservation } from '../budget/reservation.ts';
import type { AccountMonth, BudgetStore } from '../budget/store.ts';
import { formatUsd } from '../kernel/money.ts';
import { label, safe } from '../kernel/redacted.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Tenant } from '../tenants/types.ts';
import { NO_TOKENS, type UsageRecord, type UsageStore } from '../usage/record.ts';
import { unpackNote } from './adjustment-note.ts';
import { budgetThresholds, type Threshold } from './budget-thresholds.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface ReconcileTenantParts {
  readonly store: Pick<BudgetStore, 'months' | 'mark'>;
  readonly budgets: Pick<Budgets, 'settle' | 'adjust' | 'adjusted'>;
  readonly usage: UsageStore;
  readonly emit: Emit;
  /** Makes the sums of an hour anew, after a record was added to it late. */
  readonly rewrite: (tenantId: string, at: number) => Promise<void>;
  /** A reservation that is older belongs to a process that is no more. */
  readonly longestCallMs: number;
  /**
   * Tells whoever is to be told that a threshold was reached, once for each; `false`: not everybody could be. `null`:
   * thresholds are left to another.
   */
  readonly tell: ((threshold: Threshold) => Promise<boolean>) | null;
}

const lostRecord = ({ attemptId, amount, alsoHeldBy: _, ...facts }: Reservation): UsageRecord => ({
  ...facts,
  attemptId,
  runId: attemptId.split(':')[0] ?? attemptId,
  answered: false,
  estimated: 'lost',
  tokens: NO_TOKENS,
  cost: amount,
});

/**
 * Settles one reservation by its record. Without one the provider may have been paid, so it is booked at its full
 * amount first; whoever owns it and is late finds that record, and puts its own figures in its place.
 */
const settleOpen = async (
  { usage, budgets, rewrite, emit }: ReconcileTenantParts,
  reservation: Reservation,
  now: number,
): Promise<void> => {
  const { tenantId, at, attemptId } = reservation;
  let record = await usage.find(tenantId, at, attemptId);
  if (record === null) {
    const lost = lostRecord(reservation);
    record = (await usage.add(lost)) ? lost : await usage.find(tenantId, at, attemptId);
    // Whoever was away for long comes after the sums of the hour.
    if (now - at > HOUR_MS) await rewrite(tenantId, at);
  }
  if (record === null) return;
  await budgets.settle(reservation, record.cost);
  emit({
    type: 'budget.reconciled',
    tenantId: label(tenantId),
    attemptId: label(attemptId),
    outcome: record.estimated === 'lost' ? safe`lost` : safe`recorded`,
    costUsd: label(formatUsd(record.cost)),
  });
};

/**
 * Finishes what late owners began; also one that was not killed leaves it to here to say that nothing is left to do.
 */
const finishAdjustments = async (
  { usage, budgets, rewrite }: ReconcileTenantParts,
  tenantId: string,
  month: AccountMonth,
) => {
  for (const { attemptId, note } of month.adjustments) {
    const left = note === null ? null : unpackNote(note, tenantId, attemptId);
    if (left === null) continue;
    await budgets.adjust(left.reservation, left.adjusting.cost, { attemptId, note });
    await usage.add(left.adjusting);
    await rewrite(tenantId, left.adjusting.at);
    await budgets.adjusted(left.reservation, { attemptId, note });
  }
};

/**
 * Says once for all that a threshold was reached; whoever is to be told hears of it apart, and again until they were.
 */
const noteThreshold = async ({ store, emit }: ReconcileTenantParts, threshold: Threshold): Promise<void> => {
  const { tenantId, month, period, percent, limitUsd, spentUsd, reached } = threshold;
  if (reached === null || !(await store.mark(tenantAccount(tenantId), month, reached))) return;
  const amounts = { limitUsd: label(limitUsd), spentUsd: label(spentUsd) };
  emit({ type: 'budget.threshold', tenantId: label(tenantId), period: label(period), percent, ...amounts });
};

/** Tells of a threshold, and notes that everybody was told. */
export const tellThreshold = async (
  { store, tell }: Pick<ReconcileTenantParts, 'store' | 'tell'>,
  threshold: Threshold,
): Promise<void> => {
  if (await tell?.(threshold)) await store.mark(tenantAccount(threshold.tenantId), threshold.month, threshold.told);
};

/** What a look at a tenant came to. */
export interface TenantReconciled {
  /** Reservations that had outlived their process. */
  readonly settled: number;
  /** Thresholds of which somebody is still to be told. */
  readonly toTell: readonly Threshold[];
  /** As they were found. */
  readonly months: readonly AccountMonth[];
}

/**
 * Leaves a tenant's accounts as if no process had ever died: every reservation that outlived its call is settled, every
 * adjustment finished. Harmless beside another that does the same. Looks at the months from the one before `since`
 * (epoch milliseconds) on.
 */
export const reconcileTenant = async (
  parts: ReconcileTenantParts,
  tenant: Tenant,
  now: number,
  since = now,
): Promise<TenantReconciled> => {
  const { tenantId } = tenant;
  // A call may have been reserved in the last moment of a month.
  const from = monthOf(Date.parse(`${monthOf(since)}-01T00:00:00.000Z`) - 1);
  // A clock that is ahead may have begun the next month already.
  const months = await parts.store.months(tenantAccount(tenantId), from, monthOf(now + DAY_MS));
  const toTell: Threshold[] = [];
  let settled = 0;
  for (const month of months) {
    for (const reservation of month.open.filter(({ at }) => at + parts.longestCallMs <= now)) {
      await settleOpen(parts, reservation, now);
      settled += 1;
    }
    await finishAdjustments(parts, tenantId, month);
    for (const threshold of parts.tell === null ? [] : budgetThresholds(tenant, month, now)) {
      await noteThreshold(parts, threshold);
      toTell.push(threshold);
    }
  }
  return { settled, toTell, months };
};
