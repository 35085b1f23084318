import {
  keyOf,
  n,
  optional,
  readNumber,
  readString,
  readStrings,
  s,
  strings,
  type Item,
  type Key,
} from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { SCOPES, type ApiKey, type ApiKeyStore, type Tenant, type TenantStore } from './types.ts';

const apiKeyKey = (hash: string): Key => ({ pk: `key#${hash}`, sk: 'key' });
const tenantKey = (tenantId: string): Key => ({ pk: `tenant#${tenantId}`, sk: 'tenant' });

const apiKeyItem = (key: ApiKey): Item => ({
  ...keyOf(apiKeyKey(key.hash)),
  keyId: s(key.keyId),
  tenantId: s(key.tenantId),
  name: s(key.name),
  scopes: strings(key.scopes),
  createdAt: n(key.createdAt),
  // Not `expiresAt`, which in every table is a time to live in seconds: an expired key stays, and is known as such.
  ...(key.expiresAt === null ? {} : { keyExpiresAtMs: n(key.expiresAt) }),
});

const apiKeyOf = (hash: string, item: Item): ApiKey => {
  const granted = readStrings(item, 'scopes');
  return {
    hash,
    keyId: readString(item, 'keyId'),
    tenantId: readString(item, 'tenantId'),
    name: readString(item, 'name'),
    scopes: SCOPES.filter((scope) => granted.includes(scope)),
    createdAt: readNumber(item, 'createdAt'),
    expiresAt: optional(item, 'keyExpiresAtMs', readNumber),
  };
};

const tenantItem = ({ tenantId, name, status }: Tenant): Item => ({
  ...keyOf(tenantKey(tenantId)),
  name: s(name),
  status: s(status),
});

const tenantOf = (tenantId: string, item: Item): Tenant => ({
  tenantId,
  name: readString(item, 'name'),
  // Whatever is not plainly active may not spend.
  status: readString(item, 'status') === 'active' ? 'active' : 'suspended',
});

/** Hashed API keys in the ledger table; reads may be a second old. */
export const createDynamoDbApiKeyStore = (table: Table): ApiKeyStore => ({
  async find(hash) {
    const item = await table.get(apiKeyKey(hash), { eventually: true });
    return item === null ? null : apiKeyOf(hash, item);
  },
  add: (key) => table.putNew(apiKeyItem(key)),
});

/** Tenants in the ledger table; reads may be a second old. */
export const createDynamoDbTenantStore = (table: Table): TenantStore => ({
  async find(tenantId) {
    const item = await table.get(tenantKey(tenantId), { eventually: true });
    return item === null ? null : tenantOf(tenantId, item);
  },
  add: (tenant) => table.putNew(tenantItem(tenant)),
});
