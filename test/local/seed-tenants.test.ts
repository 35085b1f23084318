import { describe, expect, it } from 'vitest';
import { hashKey } from '../../lib/identity/issue-key.ts';
import { createMemoryApiKeyStore, createMemoryTenantStore } from '../../lib/tenants/memory-store.ts';
import { type ApiKey, newTenant } from '../../lib/tenants/types.ts';
import { devTenants, type SeedOptions, seedTenants } from '../../local/seed-tenants.ts';

const createKeys = () => {
  const directory = createMemoryApiKeyStore();
  const removed: string[] = [];
  return {
    ...directory,
    removed,
    /** Every key that works, by tenant. */
    all: async () => (await Promise.all(['demo', 'admin'].map((tenantId) => directory.list(tenantId)))).flat(),
    remove: async (hash: string) => {
      removed.push(hash);
      const key = await directory.find(hash);
      if (key !== null) await directory.revoke(key.tenantId, key.keyId);
    },
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
    expect(await stores.tenants.find('demo')).toEqual(newTenant('demo', 1_000));
    const demo = await stores.keys.find(hashKey('one'));
    expect(demo).toMatchObject({ tenantId: 'demo', expiresAt: null, createdAt: 1_000 });
    expect(demo?.scopes).toEqual(['runs:write', 'runs:read', 'runs:approve', 'messages:write', 'usage:read']);
    expect((await stores.keys.find(hashKey('two')))?.scopes).toContain('admin');
  });

  it('keep what is there when they are seeded again', async () => {
    const stores = createStores();
    await seedTenants(devTenants('one', 'two'), stores);
    await seedTenants(devTenants('one', 'two'), { ...stores, now: 2_000 });
    expect((await stores.keys.all()).map(({ createdAt }) => createdAt)).toEqual([1_000, 1_000]);
  });

  it('lose a key that was replaced, and no key that somebody else made', async () => {
    const stores = createStores();
    await seedTenants(devTenants('one', 'two'), stores);
    const [own] = (await stores.keys.list('demo')) as [ApiKey];
    await stores.keys.add({ ...own, hash: 'of somebody', keyId: 'key_of_somebody' });
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
    const dead = () => Promise.reject(new Error('killed'));
    const killed = { ...stores.keys, remove: dead, revoke: dead };
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
    expect(await stores.keys.all()).toHaveLength(2);
  });

  it('of two servers with keys of their own on one store do not take each other’s away', async () => {
    const stores = createStores();
    const other = { ...stores, seeded: createStores().seeded };
    await seedTenants(devTenants('one', 'two'), stores);
    await seedTenants(devTenants('three', 'four'), other);
    for (const key of ['one', 'two', 'three', 'four']) expect(await stores.keys.find(hashKey(key))).not.toBeNull();
    expect(await stores.keys.all()).toHaveLength(4);
  });

  it('are listed and have no limits', async () => {
    const stores = createStores();
    await seedTenants(devTenants('one', 'two'), stores);
    const listed = await stores.keys.list('demo');
    expect(listed).toEqual([await stores.keys.find(hashKey('one'))]);
    expect(listed).toMatchObject([{ requestsPerMinute: null, dailyBudgetUsd: null }]);
  });

  it('keep the settings that an administrator gave them', async () => {
    const stores = createStores();
    await seedTenants(devTenants('one', 'two'), stores);
    const limited = { ...newTenant('demo', 1_000, { dailyBudgetUsd: '5' }), version: 2 };
    await stores.tenants.replace(limited, 1);
    await seedTenants(devTenants('one', 'two'), stores);
    expect(await stores.tenants.find('demo')).toEqual(limited);
  });

  it('take the place of a key of an earlier version, which no directory lists', async () => {
    const stores = createStores();
    const hash = hashKey('one');
    await seedTenants(devTenants('one', 'two'), stores);
    const unlisted = { ...((await stores.keys.find(hash)) as ApiKey), keyId: 'dev-demo' };
    const keys = { ...stores.keys, find: async () => (stores.keys.removed.includes(hash) ? null : unlisted) };
    await seedTenants(devTenants('one', 'two'), { ...stores, keys });
    expect(stores.keys.removed).toContain(hash);
    expect((await stores.keys.list('demo')).map(({ keyId }) => keyId)).toEqual([`dev-demo-${hash.slice(0, 8)}`]);
  });
});
