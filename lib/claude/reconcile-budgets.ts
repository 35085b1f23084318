import type { Clock } from '../kernel/clock.ts';
import { concurrently } from '../kernel/concurrently.ts';
import { safe } from '../kernel/redacted.ts';
import { nameError } from '../telemetry/describe-error.ts';
import type { Tenant, TenantDirectory } from '../tenants/types.ts';
import type { Threshold } from './budget-thresholds.ts';
import { checkClosedDays } from './check-closed-days.ts';
import { reconcileTenant, tellThreshold, type ReconcileTenantParts } from './reconcile-tenant.ts';

export interface ReconcileBudgetsParts extends ReconcileTenantParts {
  readonly tenants: Pick<TenantDirectory, 'list'>;
  readonly clock: Clock;
  /** Sums up the hours of a tenant that are over. */
  readonly rollUp: (tenant: Tenant, now: number) => Promise<unknown>;
}

/** Tenants that are looked at, at a time. */
const AT_ONCE = 8;

/** What a pass over all tenants came to. */
export interface Reconciled {
  readonly tenants: number;
  /** Reservations that had outlived their process. */
  readonly settled: number;
  /** Tenants that could not be looked at to the end; the next pass will. */
  readonly failed: number;
}

export type ReconcileBudgets = () => Promise<Reconciled>;

/** Looks after the accounts of every tenant; one that fails keeps none of the others from theirs. */
export const createReconcileBudgets = (parts: ReconcileBudgetsParts): ReconcileBudgets => {
  const { tenants, clock, emit, rollUp } = parts;
  const lookedAt = new Set<string>();
  return async () => {
    const startedMs = clock.monotonicMs();
    const telling: Threshold[] = [];
    const look = async (tenant: Tenant): Promise<number | null> => {
      try {
        // At its first look an environment goes back to the beginning: nobody may have been there for months.
        const since = lookedAt.has(tenant.tenantId) ? clock.now() : tenant.createdAt;
        const { settled, toTell, months } = await reconcileTenant(parts, tenant, clock.now(), since);
        telling.push(...toTell);
        await rollUp(tenant, clock.now());
        // After the sums, because it reads a whole day.
        for (const month of months) await checkClosedDays(parts, tenant.tenantId, month, clock.now());
        lookedAt.add(tenant.tenantId);
        return settled;
      } catch (error) {
        emit({ type: 'store.failed', operation: safe`budgets.reconcile`, error: nameError(error) });
        return null;
      }
    };
    const results = await concurrently(tenants.list(), AT_ONCE, look);
    const reconciled = {
      tenants: results.length,
      settled: results.reduce<number>((total, settled) => total + (settled ?? 0), 0),
      failed: results.filter((settled) => settled === null).length,
    };
    // Last, because a target that hangs must keep no account from being settled.
    await concurrently(telling, AT_ONCE, (threshold) =>
      tellThreshold(parts, threshold).catch((error: unknown) => {
        emit({ type: 'store.failed', operation: safe`budgets.tell`, error: nameError(error) });
      }),
    );
    emit({ type: 'budgets.reconciled', ...reconciled, durationMs: clock.monotonicMs() - startedMs });
    return reconciled;
  };
};
