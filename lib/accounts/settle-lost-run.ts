import { monthOf } from '../budget/account.ts';
import { tenantMonths } from '../budget/shards/whole-month.ts';
import type { BudgetStore } from '../budget/store.ts';
import { concurrently } from '../kernel/concurrently.ts';
import { type PicoUsd, sum } from '../kernel/money.ts';
import type { UsageStore } from '../usage/record.ts';
import { HOUR_MS, hoursOf, startOfHour } from '../usage/reports/time-range.ts';
import { giveBackUnsent, type UnsentAttempts } from './give-back-unsent.ts';
import { sortWaiting } from './noted-calls.ts';
import type { Parking } from './parking.ts';
import { settleAbandoned, type SettleAbandonedParts } from './settle-abandoned.ts';

export interface SettleLostRunParts extends SettleAbandonedParts {
  /** Default: nothing is parked, and nothing goes out that is held by nobody. */
  readonly parking?: (NonNullable<SettleAbandonedParts['parking']> & Pick<Parking, 'ofRun'>) | undefined;
  readonly store: Pick<BudgetStore, 'months'>;
  readonly usage: UsageStore;
}

/** A step of a run that was begun before. */
export interface LostStep {
  readonly tenantId: string;
  readonly runId: string;
  /** How the ids of its attempts begin. */
  readonly attempts: readonly string[];
  /** Attempts of it that were never sent: they are given back, whoever was killed before it did so. Default: none. */
  readonly unsent?: Pick<UnsentAttempts, 'attemptIds' | 'since'> | undefined;
}

/** Partitions of usage read at a time: mostly there is one. */
const AT_ONCE = 8;

/**
 * Books what a worker of this run had parked, and what it had reserved or noted when it was killed, at its full amount, and resolves with all that is on the
 * books for the step's attempts: those that were lost, and those of which only the journal does not know. Whoever makes the
 * call again need not wait for the reconciler, and the run's own limit counts them. To be called by the run's only worker,
 * while it has nothing reserved itself; the attempts were made after `since`. Two reads, and one for each hour from then on.
 */
export const settleLostRun = async (
  parts: SettleLostRunParts,
  { tenantId, runId, attempts, unsent }: LostStep,
  since: number,
  now: number,
): Promise<PicoUsd> => {
  if (unsent !== undefined) await giveBackUnsent(parts, { tenantId, runId, ...unsent, now });
  const { parked, underWay } = sortWaiting((await parts.parking?.ofRun(tenantId, runId)) ?? []);
  const months = await tenantMonths(parts.store, tenantId, monthOf(since), monthOf(now));
  const parkedIds = new Set(parked.map(({ reservation }) => reservation.attemptId));
  const held = months
    .flatMap(({ open }) => open)
    .filter(({ attemptId }) => attemptId.startsWith(`${runId}:`) && !parkedIds.has(attemptId));
  const abandoned = [...held, ...underWay];
  if (abandoned.length + parked.length > 0) {
    const { failures } = await settleAbandoned(parts, tenantId, { abandoned, parked, now });
    if (failures.length > 0) throw failures[0];
  }
  const hours = hoursOf({ from: startOfHour(since), to: startOfHour(now) + HOUR_MS });
  const places = hours.flatMap((hour) => attempts.map((prefix) => [hour, prefix] as const));
  const found = await concurrently(places, AT_ONCE, ([hour, prefix]) =>
    Array.fromAsync(parts.usage.inHour(tenantId, hour, prefix)),
  );
  return sum(found.flat().map(({ cost }) => cost));
};
