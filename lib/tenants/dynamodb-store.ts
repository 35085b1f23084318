import { n, readString, s } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { apiKeyItem, apiKeyKey, apiKeyOf, listedKey } from './api-key-item.ts';
import { inOrderOfBirth } from './order.ts';
import { tenantItem, tenantKey, tenantOf, TENANTS } from './tenant-item.ts';
import type { ApiKey, ApiKeyDirectory, TenantDirectory } from './types.ts';

/**
 * Hashed API keys in the ledger table, each in two items: one to look it up, one to list it. The listed one is written
 * first and removed last, so that whatever is killed in between, a key that works can be found and revoked.
 */
export const createDynamoDbApiKeyStore = (table: Table): ApiKeyDirectory => {
  const unlist = ({ tenantId, keyId, hash }: ApiKey) =>
    table.remove(listedKey(tenantId, keyId), { equal: { hash: s(hash) } });
  const shut = ({ tenantId, keyId, hash }: ApiKey) =>
    // Only its own: what was listed and then refused names a hash that is another's.
    table.remove(apiKeyKey(hash), { equal: { tenantId: s(tenantId), keyId: s(keyId) } });

  return {
    // A strong read: a change counts within the minute that the reader may remember it, and a new key at once.
    async find(hash) {
      const item = await table.get(apiKeyKey(hash));
      return item === null ? null : apiKeyOf(hash, item);
    },

    async add(key) {
      const listed = listedKey(key.tenantId, key.keyId);
      const namesake = await table.putNewOrFind(apiKeyItem(listed, key));
      if (namesake !== null && readString(namesake, 'hash') !== key.hash) return false;
      const holder = await table.putNewOrFind(apiKeyItem(apiKeyKey(key.hash), key));
      if (holder !== null) {
        const { tenantId, keyId } = apiKeyOf(key.hash, holder);
        // Where the holder is this very key, it was added before, or by two at once, and stays listed.
        if (namesake === null && (tenantId !== key.tenantId || keyId !== key.keyId)) await unlist(key);
        return false;
      }
      if ((await table.get(listed)) !== null) return true;
      // Revoked between the two writes; nobody has been told the key yet.
      await shut(key);
      return false;
    },

    async list(tenantId) {
      const keys: ApiKey[] = [];
      for await (const item of table.query(listedKey(tenantId, '').pk, ''))
        keys.push(apiKeyOf(readString(item, 'hash'), item));
      return keys.sort(inOrderOfBirth);
    },

    async revoke(tenantId, keyId) {
      const item = await table.get(listedKey(tenantId, keyId));
      if (item === null) return false;
      const key = apiKeyOf(readString(item, 'hash'), item);
      await shut(key);
      await unlist(key);
      return true;
    },
  };
};

/** Tenants in the ledger table. Reads are strong, for the reason given with the keys. */
export const createDynamoDbTenantStore = (table: Table): TenantDirectory => ({
  async find(tenantId) {
    const item = await table.get(tenantKey(tenantId));
    return item === null ? null : tenantOf(item);
  },
  add: (tenant) => table.putNew(tenantItem(tenant)),
  replace: (tenant, version) => table.replace(tenantItem(tenant), { equal: { version: n(version) } }),
  async *list() {
    for await (const item of table.query(TENANTS, '')) yield tenantOf(item);
  },
});
