import type { Clock } from '../../kernel/clock.ts';
import type { Tenant } from '../../tenants/types.ts';

/** How old the settings are by which a step is made, at most: half of the minute within which a change counts everywhere. */
export const SETTINGS_LIFE_MS = 30_000;

/** A run's tenant while an invocation works on the run. */
export interface CurrentTenant {
  /** As it was last read. */
  readonly now: Tenant;
  /** Reads it again where it is too old. Rejects with `store-unavailable`. */
  refresh(): Promise<void>;
}

/** Begins with what was just read. A tenant that is not there any more stays as it was. */
export const createCurrentTenant = (
  clock: Clock,
  read: Tenant,
  find: (tenantId: string) => Promise<Tenant | null>,
): CurrentTenant => {
  let now = read;
  let readMs = clock.monotonicMs();
  return {
    get now() {
      return now;
    },
    async refresh() {
      const askedMs = clock.monotonicMs();
      if (askedMs - readMs < SETTINGS_LIFE_MS) return;
      now = (await find(now.tenantId)) ?? now;
      readMs = askedMs;
    },
  };
};
