import { type Clock, sleep } from '../kernel/clock.ts';
import { concurrently } from '../kernel/concurrently.ts';
import { waitAtMost } from '../kernel/deadline.ts';
import { formatUsd } from '../kernel/money.ts';
import { label, type Redacted, safe } from '../kernel/redacted.ts';
import { describeFailure } from '../telemetry/describe-error.ts';
import { newTenant, type Tenant, type TenantDirectory } from '../tenants/types.ts';
import { checkClosedDays, type CheckClosedDaysParts } from './check-closed-days.ts';
import type { Parking } from './parking.ts';
import {
  notifyThreshold,
  reconcileTenant,
  type ReconcileTenantParts,
  type TenantReconciled,
} from './reconcile-tenant.ts';
import { stageForecast } from './stage-forecast.ts';
import type { Threshold } from './thresholds/budget-thresholds.ts';
import { tellSpent, type TellSpentParts } from './thresholds/tell-spent.ts';

export interface ReconcileBudgetsParts
  extends ReconcileTenantParts, TellSpentParts, Pick<CheckClosedDaysParts, 'recordedOn'> {
  readonly tenants: Pick<TenantDirectory, 'list'>;
  readonly clock: Clock;
  readonly parking: Pick<Parking, 'list' | 'claim' | 'book' | 'remove'>;
  /** Sums up the hours of a tenant that are over by then and whose records are all written, as far as there is time. */
  readonly rollUp: (tenant: Tenant, now: number, isOver: () => boolean) => Promise<unknown>;
  /** After this long nothing more is begun; the next pass goes on. Default: no limit. */
  readonly limitMs?: number;
}

/** Tenants that are looked at, at a time. */
const AT_ONCE = 8;

/** So long a tenant's own is tried to be settled, whatever its item is short of: the pass has others to look at. */
export const PATIENCE_MS = 10_000;

/** Longest wait for what is given up before the next pass, which comes each minute. */
const MOST_MS = 45_000;

/** So long before the limit nobody is told any more: a target that does not answer is tried for 22 s. */
const TELL_MS = 15_000;

/** So long after the limit it is waited for whoever is being told. */
const TOLD_LATE_MS = 7_000;

/** What a pass over all tenants came to. */
export interface Reconciled {
  readonly tenants: number;
  /** Reservations that had outlived their process, or were parked by it. */
  readonly settled: number;
  /** Tenants that could not be looked at to the end; the next pass will. */
  readonly failed: number;
}

export type ReconcileBudgets = () => Promise<Reconciled>;

interface Looked extends TenantReconciled {
  readonly tenant: Tenant;
}

const NEVER = new AbortController().signal;

/**
 * Looks after the accounts of every tenant; one that fails keeps none of the others from theirs. What frees money comes
 * first, then the sums of hours that are over, and the days that are over last. Whoever is to be told of thresholds is told
 * meanwhile, and of budgets that refused calls at the end.
 */
export const createReconcileBudgets = (parts: ReconcileBudgetsParts): ReconcileBudgets => {
  const { tenants, clock, emit, parking, rollUp, limitMs = Number.POSITIVE_INFINITY } = parts;
  const lookedAt = new Set<string>();

  return async () => {
    const startedMs = clock.monotonicMs();
    const leftMs = () => limitMs - (clock.monotonicMs() - startedMs);
    const isOver = () => leftMs() <= 0;
    const failed = new Set<string>();
    let settled = 0;
    const guarded = async <T>(
      operation: Redacted,
      tenantId: string | null,
      act: () => Promise<T>,
    ): Promise<T | null> => {
      try {
        return await act();
      } catch (error) {
        emit({ type: 'store.failed', operation, ...describeFailure(error) });
        if (tenantId !== null) failed.add(tenantId);
        return null;
      }
    };
    const listed = () => guarded(safe`budgets.parked`, null, () => parking.list());

    const look = (tenant: Tenant, parked: Awaited<ReturnType<typeof listed>>): Promise<Looked | null> =>
      guarded(safe`budgets.reconcile`, tenant.tenantId, async () => {
        const { tenantId, createdAt } = tenant;
        // At its first look an environment goes back to the beginning: nobody may have been there for months.
        const since = lookedAt.has(tenantId) ? clock.now() : createdAt;
        const ours = parked === null ? null : (parked.get(tenantId) ?? []);
        const beganMs = clock.monotonicMs();
        const patience = () => Math.min(leftMs(), PATIENCE_MS - (clock.monotonicMs() - beganMs));
        const looked = await reconcileTenant(parts, tenant, { now: clock.now(), since, parked: ours, patience });
        settled += looked.settled;
        if (looked.failures.length > 0) throw looked.failures[0];
        lookedAt.add(tenantId);
        return { ...looked, tenant };
      });
    const parked = await listed();
    const unlisted = new Map(parked);
    const results = await concurrently(tenants.list(), AT_ONCE, (tenant) => {
      unlisted.delete(tenant.tenantId);
      return look(tenant, parked);
    });
    // What waits of tenants that are not listed any more is paid for all the same.
    await concurrently(unlisted, AT_ONCE, ([tenantId, left]) =>
      look(newTenant(tenantId, Math.min(...left.map(({ reservation }) => reservation.at))), parked),
    );
    const looked = results.filter((each) => each !== null);
    const forecast = stageForecast(
      looked.map(({ months }) => months),
      clock.now(),
    );
    const forecastUsd = forecast === null ? null : label(formatUsd(forecast));

    // Nothing waits for targets until the end: one that does not answer keeps nobody's accounts from them.
    const isLate = () => leftMs() < TELL_MS;
    const tell = (act: () => Promise<void>) => guarded(safe`budgets.tell`, null, act);
    const notify = (threshold: Threshold) =>
      tell(async () => {
        if (!isLate()) await notifyThreshold(parts, threshold);
      });
    const toNotify = looked.flatMap((each) => each.toNotify);
    const tellingThresholds = concurrently(toNotify, AT_ONCE, notify);

    await concurrently(looked, AT_ONCE, ({ tenant, settledBefore }) =>
      guarded(safe`budgets.roll-up`, tenant.tenantId, async () => {
        if (settledBefore !== null && !isOver()) await rollUp(tenant, Math.min(clock.now(), settledBefore), isOver);
      }),
    );
    await concurrently(looked, AT_ONCE, ({ tenant: { tenantId }, months, settledBefore }) =>
      guarded(safe`budgets.close-days`, tenantId, async () => {
        for (const month of months)
          await checkClosedDays(parts, tenantId, month, { now: clock.now(), settledBefore, isOver });
      }),
    );

    const tellingSpent = guarded(safe`budgets.spent`, null, () =>
      tellSpent(parts, { isOver: isLate, guarded: tell, store: parts.store }),
    );

    // What is given up before the next pass is not left to that one.
    const soon = looked.filter(({ nextAt }) => nextAt !== null && nextAt - clock.now() < Math.min(leftMs(), MOST_MS));
    if (soon.length > 0) {
      const lastAt = Math.max(...soon.map(({ nextAt }) => nextAt ?? 0));
      await sleep(clock, lastAt - clock.now(), NEVER);
      const again = await listed();
      await concurrently(soon, AT_ONCE, ({ tenant }) => look(tenant, again));
    }
    const telling = Promise.all([tellingThresholds, tellingSpent]);
    await waitAtMost(clock, Math.min(Math.max(leftMs(), 0), MOST_MS) + TOLD_LATE_MS, telling);
    const reconciled = { tenants: results.length, settled, failed: failed.size };
    emit({ type: 'budgets.reconciled', ...reconciled, forecastUsd, durationMs: clock.monotonicMs() - startedMs });
    return reconciled;
  };
};
