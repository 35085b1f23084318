import {
  type Item,
  type Key,
  keyOf,
  n,
  optional,
  readNumber,
  readString,
  readStrings,
  s,
  strings,
} from '../dynamodb/attributes.ts';
import { SCOPES } from '../kernel/forms/scopes.ts';
import type { ApiKey } from './types.ts';

/** Where a key is looked up, by its hash. */
export const apiKeyKey = (hash: string): Key => ({ pk: `key#${hash}`, sk: 'key' });

/** Where a key is listed, with its tenant's others. */
export const listedKey = (tenantId: string, keyId: string): Key => ({ pk: `tenant-keys#${tenantId}`, sk: keyId });

/** Both items of a key hold all of it, so that each is read in one go. */
export const apiKeyItem = (at: Key, key: ApiKey): Item => ({
  ...keyOf(at),
  hash: s(key.hash),
  keyId: s(key.keyId),
  tenantId: s(key.tenantId),
  ...(key.keyPrefix === undefined ? {} : { keyPrefix: s(key.keyPrefix) }),
  name: s(key.name),
  scopes: strings(key.scopes),
  createdAt: n(key.createdAt),
  // Not `expiresAt`, which in every table is a time to live in seconds: an expired key stays, and is known as such.
  ...(key.expiresAt === null ? {} : { keyExpiresAtMs: n(key.expiresAt) }),
  ...(key.requestsPerMinute === null ? {} : { requestsPerMinute: n(key.requestsPerMinute) }),
  ...(key.dailyBudgetUsd === null ? {} : { dailyBudgetUsd: s(key.dailyBudgetUsd) }),
});

/** A scope that is not known any more grants nothing. */
export const apiKeyOf = (hash: string, item: Item): ApiKey => {
  const granted = readStrings(item, 'scopes');
  const keyPrefix = optional(item, 'keyPrefix', readString);
  return {
    hash,
    keyId: readString(item, 'keyId'),
    ...(keyPrefix === null ? {} : { keyPrefix }),
    tenantId: readString(item, 'tenantId'),
    name: readString(item, 'name'),
    scopes: SCOPES.filter((scope) => granted.includes(scope)),
    createdAt: readNumber(item, 'createdAt'),
    expiresAt: optional(item, 'keyExpiresAtMs', readNumber),
    requestsPerMinute: optional(item, 'requestsPerMinute', readNumber),
    dailyBudgetUsd: optional(item, 'dailyBudgetUsd', readString),
  };
};
