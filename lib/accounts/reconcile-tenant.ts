import { monthOf, tenantAccount } from '../budget/account.ts';
import type { Budgets } from '../budget/budgets.ts';
import type { Reservation } from '../budget/reservation.ts';
import { tenantMonths } from '../budget/shards/whole-month.ts';
import type { AccountMonth, BudgetStore } from '../budget/store.ts';
import type { Patience } from '../dynamodb/with-store-retries.ts';
import { label } from '../kernel/redacted.ts';
import type { Tenant } from '../tenants/types.ts';
import { unpackNote } from './adjustment-note.ts';
import { sortWaiting, sweepNotes } from './noted-calls.ts';
import type { WaitingAttempt } from './parking.ts';
import { settleAbandoned, type SettleAbandonedParts } from './settle-abandoned.ts';
import { SETTLE_MARGIN_MS } from './settle-patience.ts';
import { budgetThresholds, type Threshold } from './thresholds/budget-thresholds.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * How long after it was reserved nothing of a reservation's own can arrive: a request is valid for 15 minutes from its
 * signature, which is made within the call's first seconds, and clocks differ.
 */
const ARRIVES_WITHIN_MS = 20 * 60_000;

export interface ReconcileTenantParts extends SettleAbandonedParts {
  readonly store: Pick<BudgetStore, 'months' | 'mark' | 'note' | 'close' | 'recount'>;
  readonly budgets: Pick<Budgets, 'settle' | 'settleAll' | 'sweep' | 'forget' | 'adjust' | 'adjusted'>;
  /**
   * Tells whoever is to be told that a threshold was reached, once for each; `false`: not everybody could be. `null`:
   * thresholds are left to another.
   */
  readonly notify: ((threshold: Threshold) => Promise<boolean>) | null;
}

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
 * Says that a threshold was reached, then notes that it was said; whoever is to be told hears of it apart, and again until
 * they were.
 */
const noteThreshold = async ({ store, emit }: ReconcileTenantParts, threshold: Threshold): Promise<void> => {
  const { tenantId, month, period, percent, limitUsd, spentUsd, reached, isKnown } = threshold;
  if (reached === null || isKnown) return;
  const whose = { tenantId: label(tenantId), scope: label('tenant') };
  const amounts = { limitUsd: label(limitUsd), spentUsd: label(spentUsd) };
  emit({ type: 'budget.threshold', ...whose, period: label(period), percent, ...amounts });
  await store.mark(tenantAccount(tenantId), month, reached.name, reached.replaces);
};

/** Tells of a threshold, and notes that everybody was told. */
export const notifyThreshold = async (
  { store, notify }: Pick<ReconcileTenantParts, 'store' | 'notify'>,
  threshold: Threshold,
): Promise<void> => {
  const { tenantId, month, notified, isKnown } = threshold;
  if (isKnown || (await notify?.(threshold)))
    await store.mark(tenantAccount(tenantId), month, notified.name, notified.replaces);
};

/** What a look at a tenant came to. */
export interface TenantReconciled {
  /** Reservations that had outlived their process, or were parked by it. */
  readonly settled: number;
  /** Why some could not be settled; the next look will. */
  readonly failures: readonly unknown[];
  /** Thresholds of which somebody is still to be told. */
  readonly toNotify: readonly Threshold[];
  /**
   * What was begun before this instant (epoch milliseconds) was settled when the months were read, and its records are all
   * written; `null`: not known.
   */
  readonly settledBefore: number | null;
  /** As they were found. */
  readonly months: readonly AccountMonth[];
  /** When the next of the open reservations will have outlived its process (epoch milliseconds); `null`: none is open. */
  readonly nextAt: number | null;
}

export interface Look {
  readonly now: number;
  /** Looks at the months from the one before this instant (epoch milliseconds) on. Default: now. */
  readonly since?: number;
  /** What is parked of this tenant; `null`: not known, so that nothing is given up as lost. */
  readonly parked?: readonly WaitingAttempt[] | null;
  /** How long what was left is tried to be settled: it frees, and an item that is short of units takes one write of several. */
  readonly patience?: Patience;
}

/**
 * Leaves a tenant's accounts as if no process had ever died: what was parked is booked, every reservation that outlived its
 * call is settled, every adjustment finished. Harmless beside another that does the same.
 */
export const reconcileTenant = async (
  parts: ReconcileTenantParts,
  tenant: Tenant,
  look: Look | number,
): Promise<TenantReconciled> => {
  const { now, since = now, parked = [], patience }: Look = typeof look === 'number' ? { now: look } : look;
  const { store, budgets, parking, longestCallMs } = parts;
  const { tenantId } = tenant;
  // A call may have been reserved in the last moment of a month.
  const from = monthOf(Date.parse(`${monthOf(since)}-01T00:00:00.000Z`) - 1);
  // A clock that is ahead may have begun the next month already.
  const months = await tenantMonths(store, tenantId, from, monthOf(now + DAY_MS));
  const waiting = sortWaiting(parked ?? []);
  const parkedIds = new Set(waiting.parked.map(({ reservation }) => reservation.attemptId));
  const held = months.flatMap((month) => month.open);
  const heldIds = new Set(held.map(({ attemptId }) => attemptId));
  const open = [...held.filter(({ attemptId }) => !parkedIds.has(attemptId)), ...waiting.underWay];
  // Its own process may try to settle for as long as the margin.
  const givenUpAt = ({ at }: Pick<Reservation, 'at'>) => at + longestCallMs + SETTLE_MARGIN_MS;
  const abandoned = parked === null ? [] : open.filter((each) => givenUpAt(each) <= now);
  const { settled, failures } = await settleAbandoned(parts, tenantId, {
    abandoned,
    parked: waiting.parked,
    now,
    patience,
    isHeld: ({ attemptId, at }) => monthOf(at) < from || heldIds.has(attemptId),
  });
  const toNotify: Threshold[] = [];
  for (const month of months) {
    await finishAdjustments(parts, tenantId, month);
    const swept = month.tombstones.filter(({ at }) => at + ARRIVES_WITHIN_MS <= now);
    if (swept.length > 0) await budgets.sweep(month.name, swept);
    for (const { account, month: held } of month.parts)
      if (held.counter !== null && held.counter !== held.count) await store.recount(account, held);
    for (const threshold of parts.notify === null ? [] : budgetThresholds(tenant, month, now)) {
      await noteThreshold(parts, threshold);
      toNotify.push(threshold);
    }
  }
  const over = waiting.booked.filter(
    ({ reservation, bookedAt }) => Math.max(bookedAt, givenUpAt(reservation)) + ARRIVES_WITHIN_MS <= now,
  );
  if (parking !== undefined) await sweepNotes({ budgets, parking }, over);
  const later = open.map(givenUpAt).filter((at) => at > now);
  const unsettled = [...open, ...waiting.parked.map(({ reservation }) => reservation)];
  return {
    settled,
    failures,
    toNotify,
    settledBefore: parked === null ? null : unsettled.reduce((first, { at }) => Math.min(first, at), now),
    months,
    nextAt: later.length === 0 ? null : Math.min(...later),
  };
};
