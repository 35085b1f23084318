import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import { changesBetween, type Actor, type Note } from './audited.ts';
import { settingsIn } from './settings-in.ts';
import { newTenant, type Tenant, type TenantDirectory, type TenantSettings } from './types.ts';

/** Administrators who write the same tenant at once come after one another; more of them in a row is something else. */
const TRIES = 5;
const CONTENDED_MS = 1_000;

export interface TenantAdministration {
  /** Throws `not-found`. */
  find(tenantId: string): Promise<Tenant>;
  /** Creates the tenant or replaces all its settings; the same settings again change nothing. The last writer wins. */
  put(tenantId: string, settings: TenantSettings, actor: Actor): Promise<Tenant>;
  /** Makes every cached answer of the tenant stale. Throws `not-found`. */
  invalidateCache(tenantId: string, actor: Actor): Promise<void>;
}

export interface TenantAdministrationOptions {
  readonly tenants: TenantDirectory;
  readonly note: Note;
  readonly clock: Clock;
  /** Whoever remembers tenants forgets this one, whether or not the change was seen to succeed. */
  readonly onChanged: (tenantId: string) => void;
}

const noTenant = () => new AppError('not-found', safe`There is no tenant of this id.`);

export const createTenantAdministration = (options: TenantAdministrationOptions): TenantAdministration => {
  const { tenants, note, clock, onChanged } = options;

  const find = async (tenantId: string): Promise<Tenant> => {
    const tenant = await tenants.find(tenantId);
    if (tenant === null) throw noTenant();
    return tenant;
  };

  /** Tries again from the tenant as it then is, where another writer was quicker. */
  const untilWritten = async (tenantId: string, attempt: () => Promise<Tenant | null>): Promise<Tenant> => {
    try {
      for (let tries = 0; tries < TRIES; tries += 1) {
        const written = await attempt();
        if (written !== null) return written;
      }
    } finally {
      onChanged(tenantId);
    }
    throw new AppError('store-unavailable', safe`The tenant is being changed.`, { retryAfterMs: CONTENDED_MS });
  };

  return {
    find,
    put: (tenantId, settings, actor) =>
      untilWritten(tenantId, async () => {
        const before = await tenants.find(tenantId);
        const changes = changesBetween(before && settingsIn(before), settings);
        if (before !== null && Object.keys(changes).length === 0) return before;
        const now = clock.now();
        const after: Tenant =
          before === null
            ? newTenant(tenantId, now, settings)
            : { ...before, ...settings, updatedAt: now, version: before.version + 1 };
        const action = before === null ? 'tenant.created' : 'tenant.replaced';
        await note({ actor, action, target: tenantId, changes });
        const written = before === null ? tenants.add(after) : tenants.replace(after, before.version);
        return (await written) ? after : null;
      }),
    async invalidateCache(tenantId, actor) {
      await untilWritten(tenantId, async () => {
        const before = await find(tenantId);
        const after = { ...before, version: before.version + 1, cacheVersion: before.cacheVersion + 1 };
        const changes = { cacheVersion: { from: before.cacheVersion, to: after.cacheVersion } };
        await note({ actor, action: 'cache.invalidated', target: tenantId, changes });
        return (await tenants.replace(after, before.version)) ? after : null;
      });
    },
  };
};
