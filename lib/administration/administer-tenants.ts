import { invalidFields } from '../http/issues/describe-issue.ts';
import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import { redactIssues } from '../tenants/redact-issue.ts';
import { settingsIn } from '../tenants/settings-in.ts';
import { type Actor, newTenant, type Tenant, type TenantDirectory, type TenantSettings } from '../tenants/types.ts';
import { changesBetween, type Note } from './audited.ts';

/** Administrators who write the same tenant at once come after one another; more of them in a row is something else. */
const TRIES = 5;
const CONTENDED_MS = 1_000;

/** Whether a tenant is as its administrator has seen it. */
export type Expected = (tenant: Tenant | null) => boolean;

const ANY: Expected = () => true;

export interface TenantAdministration {
  /** Throws `not-found`. */
  find(tenantId: string): Promise<Tenant>;
  /**
   * Creates the tenant or replaces all its settings; the same settings again change nothing. The last writer wins,
   * unless the tenant, or `null` where there is none, is to be as `expected`: else `precondition-failed`.
   */
  put(tenantId: string, settings: TenantSettings, actor: Actor, expected?: Expected): Promise<Tenant>;
  /** Changes the settings that are named, and no others, whoever writes at once. Throws as `put`, and `not-found`. */
  patch(tenantId: string, settings: Partial<TenantSettings>, actor: Actor, expected?: Expected): Promise<Tenant>;
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

/** Throws `invalid-request` where the classes of secrets that are chosen would have no effect. */
const checkRedact = (settings: TenantSettings): void => {
  const issues = redactIssues(settings);
  if (issues.length > 0)
    throw new AppError('invalid-request', safe`The body has ${invalidFields(issues.length)}; see errors.`, { issues });
};

/** What one of these says depends on the others; of a tenant that has had them for long, the rest may change. */
const isAboutRedaction = (settings: Partial<TenantSettings>): boolean =>
  settings.redact !== undefined || settings.redactOutput !== undefined || settings.shadow !== undefined;

const noTenant = () => new AppError('not-found', safe`There is no tenant of this id.`);
const notExpected = () => new AppError('precondition-failed', safe`The tenant has changed since the ETag in If-Match.`);

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

  /** `null` where another writer was quicker. */
  const changed = async (before: Tenant, settings: TenantSettings, actor: Actor, action: string) => {
    const changes = changesBetween(settingsIn(before), settings);
    if (Object.keys(changes).length === 0) return before;
    const after: Tenant = { ...before, ...settings, updatedAt: clock.now(), version: before.version + 1 };
    await note({ actor, action, target: before.tenantId, changes });
    return (await tenants.replace(after, before.version)) ? after : null;
  };

  return {
    find,
    put: (tenantId, settings, actor, expected = ANY) =>
      untilWritten(tenantId, async () => {
        checkRedact(settings);
        const before = await tenants.find(tenantId);
        if (!expected(before)) throw notExpected();
        if (before !== null) return changed(before, settings, actor, 'tenant.replaced');
        const after = newTenant(tenantId, clock.now(), settings);
        const changes = changesBetween(null, settings);
        await note({ actor, action: 'tenant.created', target: tenantId, changes });
        return (await tenants.add(after)) ? after : null;
      }),
    patch: (tenantId, settings, actor, expected = ANY) =>
      untilWritten(tenantId, async () => {
        const before = await find(tenantId);
        if (!expected(before)) throw notExpected();
        const after = { ...settingsIn(before), ...settings };
        if (isAboutRedaction(settings)) checkRedact(after);
        return changed(before, after, actor, 'tenant.patched');
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
