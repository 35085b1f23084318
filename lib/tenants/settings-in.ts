import type { Tenant, TenantSettings } from './types.ts';

/** What an administrator sets of a tenant, without what Ballast keeps of it. */
export const settingsIn = (tenant: Tenant): TenantSettings => {
  const {
    tenantId: _id,
    createdAt: _birth,
    updatedAt: _change,
    version: _version,
    cacheVersion: _cache,
    ...set
  } = tenant;
  return set;
};
