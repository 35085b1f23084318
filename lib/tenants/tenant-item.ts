import { type Item, type Key, keyOf, n, readNumber, readString, s } from '../dynamodb/attributes.ts';
import { type Tenant, type TenantSettings, UNLIMITED } from './types.ts';

/** One partition for all: each environment reads a tenant once a minute, and lists want all of them. */
export const TENANTS = 'tenants';

export const tenantKey = (tenantId: string): Key => ({ pk: TENANTS, sk: tenantId });

const SETTINGS = ['name', ...Object.keys(UNLIMITED)] as readonly (keyof TenantSettings)[];

/** What is known of `from` among the settings, and nothing else. */
const settingsOf = (from: Partial<TenantSettings>): Partial<TenantSettings> =>
  Object.fromEntries(SETTINGS.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));

export const tenantItem = (tenant: Tenant): Item => ({
  ...keyOf(tenantKey(tenant.tenantId)),
  settings: s(JSON.stringify(settingsOf(tenant))),
  createdAt: n(tenant.createdAt),
  updatedAt: n(tenant.updatedAt),
  version: n(tenant.version),
  cacheVersion: n(tenant.cacheVersion),
});

/** A setting that was not there yet when the item was written has its default; one that is no longer known is left out. */
export const tenantOf = (item: Item): Tenant => {
  const tenantId = readString(item, 'sk');
  const stored = settingsOf(JSON.parse(readString(item, 'settings')) as Partial<TenantSettings>);
  return {
    ...UNLIMITED,
    name: tenantId,
    ...stored,
    // Whatever is not plainly active may not spend.
    status: stored.status === 'active' ? 'active' : 'suspended',
    tenantId,
    createdAt: readNumber(item, 'createdAt'),
    updatedAt: readNumber(item, 'updatedAt'),
    version: readNumber(item, 'version'),
    cacheVersion: readNumber(item, 'cacheVersion'),
  };
};
