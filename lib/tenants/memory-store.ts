import { inOrderOfBirth } from './order.ts';
import type { ApiKey, ApiKeyDirectory, Tenant, TenantDirectory } from './types.ts';

/** For tests, and for an environment without a table. */
export const createMemoryApiKeyStore = (): ApiKeyDirectory => {
  const rows = new Map<string, ApiKey>();
  const named = (tenantId: string, keyId: string) =>
    [...rows.values()].find((key) => key.tenantId === tenantId && key.keyId === keyId);
  return {
    find: async (hash) => rows.get(hash) ?? null,
    async add(key) {
      if (rows.has(key.hash) || named(key.tenantId, key.keyId) !== undefined) return false;
      rows.set(key.hash, structuredClone(key));
      return true;
    },
    list: async (tenantId) => [...rows.values()].filter((key) => key.tenantId === tenantId).sort(inOrderOfBirth),
    async revoke(tenantId, keyId) {
      const key = named(tenantId, keyId);
      return key !== undefined && rows.delete(key.hash);
    },
  };
};

/** For tests, and for an environment without a table. */
export const createMemoryTenantStore = (): TenantDirectory => {
  const rows = new Map<string, Tenant>();
  return {
    find: async (tenantId) => rows.get(tenantId) ?? null,
    async add(tenant) {
      if (rows.has(tenant.tenantId)) return false;
      rows.set(tenant.tenantId, structuredClone(tenant));
      return true;
    },
    async replace(tenant, version) {
      if (rows.get(tenant.tenantId)?.version !== version) return false;
      rows.set(tenant.tenantId, structuredClone(tenant));
      return true;
    },
    async *list() {
      for (const tenantId of [...rows.keys()].sort()) {
        const tenant = rows.get(tenantId);
        if (tenant !== undefined) yield tenant;
      }
    },
  };
};
