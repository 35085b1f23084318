import { describe, expect, it } from 'vitest';
import { hashKey } from '../../lib/tenants/hash.ts';
import type { ApiKey } from '../../lib/tenants/types.ts';
import { createMemoryTenantStore } from '../../lib/tenants/memory-store.ts';
import { devTenants, seedTenants, type SeedOptions } from '../../local/seed-tenants.ts';

const createKeys = () => {
  const rows = new Map<string, ApiKey>();
  return {
    rows,
    find: async (hash: string) => rows.get(hash) ?? null,
    add: async (key: ApiKey) => !rows.has(key.hash) && rows.set(key.hash, key) !== undefined,
    remove: async (hash: string) => void rows.delete(hash),
  };
};

const createStores = () => {
  let hashes: readonly string[] = [];
  const seeded = { read: () => hashes, write: (next: readonly string[]) => void (hashes = next) };
  return { keys: createKeys(), tenants: createMemoryTenantStore(), seeded, now: 1_000 } satisfies SeedOptions;
};

describe('the development tenants', () => {
  it('are demo, with every scope but admin, and admin, with all', async () => {
    const stores = createStores();
    await seedTenants(devTenants('one', 'two'), stores);
    expect(await stores.tenants.find('demo')).toEqual({ tenantId: 'demo', name: 'demo', status: 'active' });
    const demo = await stores.keys.find(hashKey('one'));
    expect(demo).toMatchObject({ tenantId: 'demo', expiresAt: null, createdAt: 1_000 });
    expect(demo?.scopes).toEqual(['runs:write', 'runs:read', 'runs:approve', 'messages:write', 'usage:read']);
    expect((await stores.keys.find(hashKey('two')))?.scopes).toContain('admin');
  });

  it('keep what is there when they are seeded again', async () => {
    const stores = createStores();
    await seedTenants(devTenants('one', 'two'), stores);
    await seedTenants(devTenants('one', 'two'), { ...stores, now: 2_000 });
    expect([...stores.keys.rows.values()].map(({ createdAt }) => createdAt)).toEqual([1_000, 1_000]);
  });

  it('lose a key that was replaced, and no key that somebody else made', async () => {
    const stores = createStores();
    await seedTenants(devTenants('one', 'two'), stores);
    await stores.keys.add({ ...(stores.keys.rows.get(hashKey('one')) as ApiKey), hash: 'of somebody' });
    await seedTenants(devTenants('three', 'two'), stores);
    expect(await stores.keys.find(hashKey('one'))).toBeNull();
    expect(await stores.keys.find(hashKey('three'))).toMatchObject({ tenantId: 'demo' });
    expect(await stores.keys.find('of somebody')).not.toBeNull();
  });

  it('may swap their keys', async () => {
    const stores = createStores();
    await seedTenants(devTenants('one', 'two'), stores);
    await seedTenants(devTenants('two', 'one'), stores);
    expect(await stores.keys.find(hashKey('one'))).toMatchObject({ tenantId: 'admin' });
    expect(await stores.keys.find(hashKey('two'))).toMatchObject({ tenantId: 'demo' });
  });

  it('lose a replaced key also when the start in between was killed before it was done', async () => {
    const stores = createStores();
    const killed = { ...stores.keys, remove: () => Promise.reject(new Error('killed')) };
    await seedTenants(devTenants('one', 'two'), stores);
    await expect(seedTenants(devTenants('three', 'two'), { ...stores, keys: killed })).rejects.toThrow('killed');
    await seedTenants(devTenants('four', 'two'), stores);
    expect(await stores.keys.find(hashKey('one'))).toBeNull();
    expect(await stores.keys.find(hashKey('three'))).toBeNull();
  });

  it('are the same when two servers seed one store at once', async () => {
    const stores = createStores();
    const other = { ...stores, seeded: createStores().seeded };
    await Promise.all([seedTenants(devTenants('one', 'two'), stores), seedTenants(devTenants('one', 'two'), other)]);
    expect(stores.keys.rows.size).toBe(2);
  });
});
