import type { ApiKey, ApiKeyStore, Tenant, TenantStore } from './types.ts';

const createMemoryStore = <T extends object>(idOf: (value: T) => string) => {
  const rows = new Map<string, T>();
  return {
    async find(id: string): Promise<T | null> {
      return rows.get(id) ?? null;
    },
    async add(value: T): Promise<boolean> {
      if (rows.has(idOf(value))) return false;
      rows.set(idOf(value), structuredClone(value));
      return true;
    },
  };
};

/** For tests, and for an environment without a table. */
export const createMemoryApiKeyStore = (): ApiKeyStore => createMemoryStore<ApiKey>(({ hash }) => hash);

/** For tests, and for an environment without a table. */
export const createMemoryTenantStore = (): TenantStore => createMemoryStore<Tenant>(({ tenantId }) => tenantId);
