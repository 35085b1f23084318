import { randomBytes } from 'node:crypto';
import { issueKey, keyPrefixOf } from '../../lib/identity/issue-key.ts';
import { SCOPES } from '../../lib/kernel/forms/scopes.ts';
import { type ApiKeyDirectory, newTenant, type TenantStore } from '../../lib/tenants/types.ts';

interface Directories {
  readonly tenants: TenantStore;
  readonly apiKeys: ApiKeyDirectory;
}

/** Gives a stage its first key, as `npm run bootstrap` does, and returns it. */
export const addAdministrator = async ({ tenants, apiKeys }: Directories, createdAt: number): Promise<string> => {
  const { key, hash } = issueKey(randomBytes);
  await tenants.add(newTenant('admin', createdAt));
  await apiKeys.add({
    hash,
    keyPrefix: keyPrefixOf(key),
    keyId: 'key_admin',
    tenantId: 'admin',
    name: 'test',
    scopes: SCOPES,
    createdAt,
    expiresAt: null,
    requestsPerMinute: null,
    dailyBudgetUsd: null,
  });
  return key;
};
