import { expect, it } from 'vitest';
import { SCOPES, type ApiKey, type ApiKeyStore, type Tenant, type TenantStore } from '../../lib/tenants/types.ts';

const apiKey = (hash: string, change: Partial<ApiKey> = {}): ApiKey => ({
  hash: hash.padEnd(64, '0'),
  keyId: 'key_01',
  tenantId: 'acme',
  name: 'Büro 🔑',
  scopes: ['runs:write', 'runs:read'],
  createdAt: 1_763_640_000_123,
  expiresAt: 1_795_176_000_456,
  ...change,
});

/** What every store of API keys does. Each test has a hash of its own. */
export const apiKeyStoreContract = (createStore: () => ApiKeyStore): void => {
  it('gives a key back as it was written', async () => {
    const store = createStore();
    const written = apiKey('a1');
    expect(await store.add(written)).toBe(true);
    expect(await store.find(written.hash)).toEqual(written);
  });

  it('keeps a key that never expires, one with every scope and one with none', async () => {
    const store = createStore();
    for (const written of [apiKey('b1', { expiresAt: null, scopes: SCOPES }), apiKey('b2', { scopes: [] })]) {
      await store.add(written);
      expect(await store.find(written.hash)).toEqual(written);
    }
  });

  it('does not know what was never written', async () => {
    expect(await createStore().find('c1'.padEnd(64, '0'))).toBeNull();
  });

  it('says no to a hash that is taken, and keeps its first holder', async () => {
    const store = createStore();
    const first = apiKey('d1');
    await store.add(first);
    expect(await store.add(apiKey('d1', { tenantId: 'mallory' }))).toBe(false);
    expect(await store.find(first.hash)).toEqual(first);
  });
};

/** What every store of tenants does. Each test has a tenant of its own. */
export const tenantStoreContract = (createStore: () => TenantStore): void => {
  it.each(['active', 'suspended'] as const)('gives a tenant back as it was written: %s', async (status) => {
    const store = createStore();
    const written: Tenant = { tenantId: `tenant-${status}`, name: 'Acme & Söhne', status };
    expect(await store.add(written)).toBe(true);
    expect(await store.find(written.tenantId)).toEqual(written);
  });

  it('does not know what was never written', async () => {
    expect(await createStore().find('nobody')).toBeNull();
  });

  it('lets one of two simultaneous writers win, and keeps what that one wrote', async () => {
    const store = createStore();
    const outcomes = await Promise.all(
      ['first', 'second'].map((name) => store.add({ tenantId: 'race', name, status: 'active' })),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect((await store.find('race'))?.name).toBe(outcomes[0] ? 'first' : 'second');
  });
};
