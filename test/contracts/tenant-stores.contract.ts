import { expect, it } from 'vitest';
import { SCOPES } from '../../lib/kernel/forms/scopes.ts';
import {
  type ApiKey,
  type ApiKeyDirectory,
  newTenant,
  type Tenant,
  type TenantDirectory,
} from '../../lib/tenants/types.ts';

const apiKey = (hash: string, change: Partial<ApiKey> = {}): ApiKey => ({
  hash: hash.padEnd(64, '0'),
  keyId: `key_${hash}`,
  tenantId: 'acme',
  name: 'Büro 🔑',
  scopes: ['runs:write', 'runs:read'],
  createdAt: 1_763_640_000_123,
  expiresAt: 1_795_176_000_456,
  requestsPerMinute: 60,
  dailyBudgetUsd: '0.000000000001',
  ...change,
});

/** What every store of API keys does. Each test has a hash of its own. */
export const apiKeyStoreContract = (createStore: () => ApiKeyDirectory): void => {
  it('gives a key back as it was written', async () => {
    const store = createStore();
    const written = apiKey('a1');
    expect(await store.add(written)).toBe(true);
    expect(await store.find(written.hash)).toEqual(written);
  });

  it.each<[string, Partial<ApiKey>]>([
    ['without expiry and limits', { expiresAt: null, requestsPerMinute: null, dailyBudgetUsd: null }],
    ['with limits of nothing', { requestsPerMinute: 0, dailyBudgetUsd: '0' }],
    ['with every scope', { scopes: SCOPES }],
    ['with none', { scopes: [] }],
  ])('keeps a key %s', async (title, change) => {
    const store = createStore();
    const written = apiKey(`b${title.length}`, change);
    await store.add(written);
    expect(await store.find(written.hash)).toEqual(written);
  });

  it('does not know what was never written', async () => {
    const store = createStore();
    expect(await store.find('c1'.padEnd(64, '0'))).toBeNull();
    expect(await store.list('nobody')).toEqual([]);
    expect(await store.revoke('nobody', 'key_c1')).toBe(false);
  });

  it('says no to a hash that is taken, keeps its first holder, and lists nothing for the second', async () => {
    const store = createStore();
    const first = apiKey('d1');
    await store.add(first);
    expect(await store.add(apiKey('d1', { tenantId: 'mallory' }))).toBe(false);
    expect(await store.find(first.hash)).toEqual(first);
    expect(await store.list('mallory')).toEqual([]);
  });

  it('says no to a key id that another key of the tenant has, which stays listed and working', async () => {
    const store = createStore();
    const first = apiKey('e1', { tenantId: 'twins' });
    await store.add(first);
    expect(await store.add(apiKey('e2', { tenantId: 'twins', keyId: first.keyId }))).toBe(false);
    expect(await store.find('e2'.padEnd(64, '0'))).toBeNull();
    expect(await store.list('twins')).toEqual([first]);
  });

  it('says no to the same key twice, and goes on listing it', async () => {
    const store = createStore();
    const key = apiKey('f1', { tenantId: 'again' });
    expect(await Promise.all([store.add(key), store.add(key)])).toEqual(expect.arrayContaining([true, false]));
    expect(await store.add(key)).toBe(false);
    expect(await store.list('again')).toEqual([key]);
  });

  it("lists a tenant's keys in the order of their birth, and nobody else's", async () => {
    const store = createStore();
    const own = { tenantId: 'lister' };
    const keys = [
      apiKey('99', { ...own, createdAt: 1_000 }),
      apiKey('12', { ...own, createdAt: 2_000 }),
      apiKey('11', { ...own, createdAt: 10_000 }),
    ];
    for (const key of [...keys].reverse()) await store.add(key);
    // A name that begins alike is another's.
    await store.add(apiKey('13', { tenantId: 'lister-two' }));
    expect(await store.list('lister')).toEqual(keys);
  });

  it('revokes a key once, and leaves the others', async () => {
    const store = createStore();
    const [gone, kept] = [apiKey('21', { tenantId: 'revoker' }), apiKey('22', { tenantId: 'revoker' })];
    await store.add(gone);
    await store.add(kept);
    expect(await store.revoke('revoker', gone.keyId)).toBe(true);
    expect(await store.find(gone.hash)).toBeNull();
    expect(await store.list('revoker')).toEqual([kept]);
    expect(await store.find(kept.hash)).toEqual(kept);
    expect(await store.revoke('revoker', gone.keyId)).toBe(false);
  });

  it('revokes no key in the name of another tenant', async () => {
    const store = createStore();
    const key = apiKey('31', { tenantId: 'victim' });
    await store.add(key);
    expect(await store.revoke('mallory', key.keyId)).toBe(false);
    expect(await store.find(key.hash)).toEqual(key);
  });
};

/** Every setting as it is not by default. */
const LIMITED = {
  name: 'Acme & Söhne',
  requestsPerMinute: 30,
  tokensPerMinute: 100_000,
  maxConcurrentRuns: 4,
  userRequestsPerMinute: 3,
  dailyBudgetUsd: '12.000000000001',
  monthlyBudgetUsd: '100',
  userDailyBudgetUsd: '0',
  sessionBudgetUsd: '0',
  budgetShards: 4,
  allowedModels: ['claude-haiku-5-5'],
  allowedAgents: [],
  allowedTools: ['calculate'],
  fallbackModels: { 'claude-opus-5-5': ['claude-sonnet-5-5', 'claude-haiku-5-5'] },
  maxModelCalls: 3,
  maxRetries: 0,
  cacheTtlSeconds: 60,
  allowUnboundedFeatures: true,
  redactOutput: true,
  redact: ['keys', 'phone'],
  webhookUrl: 'https://example.com/hook',
  shadow: ['rate', 'budget'],
} as const;

/** What every store of tenants does. Each test has tenants of its own. */
export const tenantStoreContract = (createStore: () => TenantDirectory): void => {
  it.each<[string, Tenant]>([
    ['without limits', newTenant('free', 1_763_640_000_123)],
    ['suspended', newTenant('suspended', 0, { status: 'suspended' })],
    ['with every setting', { ...newTenant('limited', 5, LIMITED), version: 7, updatedAt: 9, cacheVersion: 3 }],
  ])('gives a tenant back as it was written: %s', async (_, written) => {
    const store = createStore();
    expect(await store.add(written)).toBe(true);
    expect(await store.find(written.tenantId)).toEqual(written);
  });

  it('does not know what was never written', async () => {
    expect(await createStore().find('nobody')).toBeNull();
  });

  it('lets one of two simultaneous writers win, and keeps what that one wrote', async () => {
    const store = createStore();
    const outcomes = await Promise.all(
      ['first', 'second'].map((name) => store.add(newTenant('race', 0, { name, status: 'active' }))),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect((await store.find('race'))?.name).toBe(outcomes[0] ? 'first' : 'second');
  });

  it('writes over the version that was read, and over no other', async () => {
    const store = createStore();
    const first = newTenant('changing', 0);
    await store.add(first);
    const second = { ...first, ...LIMITED, version: 2, updatedAt: 1 };
    expect(await store.replace(second, 1)).toBe(true);
    expect(await store.replace({ ...first, name: 'late', version: 2 }, 1)).toBe(false);
    expect(await store.find('changing')).toEqual(second);
    expect(await store.replace(newTenant('absent', 0), 1)).toBe(false);
    expect(await store.find('absent')).toBeNull();
  });

  it('lets one of two win who change the same version at once', async () => {
    const store = createStore();
    await store.add(newTenant('contended', 0));
    const change = (name: string) => store.replace({ ...newTenant('contended', 0, { name }), version: 2 }, 1);
    const outcomes = await Promise.all([change('first'), change('second')]);
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect((await store.find('contended'))?.name).toBe(outcomes[0] ? 'first' : 'second');
  });

  it('lists all in the order of their ids', async () => {
    const store = createStore();
    const ids = ['list-z', 'list-10', 'list-2', 'list-'];
    for (const id of ids) await store.add(newTenant(id, 0));
    const listed: string[] = [];
    for await (const { tenantId } of store.list()) listed.push(tenantId);
    expect(listed.filter((id) => id.startsWith('list-'))).toEqual(['list-', 'list-10', 'list-2', 'list-z']);
    expect(listed).toEqual([...listed].sort());
  });
};
