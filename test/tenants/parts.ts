import { createAuthenticator, type TokenVerifier } from '../../lib/identity/authenticator.ts';
import { hashKey } from '../../lib/identity/issue-key.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import { createMemoryApiKeyStore, createMemoryTenantStore } from '../../lib/tenants/memory-store.ts';
import { type ApiKey, newTenant, type Principal, type TenantSettings } from '../../lib/tenants/types.ts';
import { createFakeClock } from '../fake-clock.ts';

/** Not of the form that is issued, as a key of development is. */
export const KEY = 'bk_live_0123456789';

export const apiKey = (presented: string, change: Partial<ApiKey> = {}): ApiKey => ({
  hash: hashKey(presented),
  keyId: `key_${hashKey(presented).slice(0, 8)}`,
  tenantId: 'acme',
  name: 'test',
  scopes: ['runs:write'],
  createdAt: 0,
  expiresAt: null,
  requestsPerMinute: null,
  dailyBudgetUsd: null,
  ...change,
});

export const ACME = newTenant('acme', 0);
export const PRINCIPAL: Principal = {
  tenantId: 'acme',
  keyId: 'key_1',
  scopes: ['runs:write'],
  tenant: ACME,
  keyLimits: { requestsPerMinute: null, dailyBudgetUsd: null },
};

export interface Setting {
  readonly key?: Partial<ApiKey>;
  readonly tenant?: Partial<TenantSettings>;
  readonly noTenant?: boolean;
  readonly tokens?: TokenVerifier | null;
}

const tick = () => new Promise((resolve) => setImmediate(resolve));

/** An authenticator over the tenant `acme` with `KEY`; `reads` are the hashes and `tenantReads` the ids it asked the stores for. */
export const setUp = async ({ key, tenant, noTenant = false, tokens = null }: Setting = {}) => {
  const clock = createFakeClock();
  const [keys, tenants] = [createMemoryApiKeyStore(), createMemoryTenantStore()];
  await keys.add(apiKey(KEY, { keyId: 'key_1', ...key }));
  if (!noTenant) await tenants.add(newTenant('acme', 0, tenant));
  const reads: string[] = [];
  const tenantReads: string[] = [];
  const store = { down: false, answered: tick };
  const authenticator = createAuthenticator({
    clock,
    tokens,
    keys: {
      async find(hash) {
        reads.push(hash);
        const found = await keys.find(hash);
        await store.answered();
        if (store.down) throw new AppError('store-unavailable', safe`The store does not answer.`);
        return found;
      },
    },
    tenants: {
      async find(tenantId) {
        tenantReads.push(tenantId);
        const found = await tenants.find(tenantId);
        await store.answered();
        return found;
      },
    },
  });
  return { ...authenticator, authenticator, clock, keys, tenants, reads, tenantReads, store };
};
