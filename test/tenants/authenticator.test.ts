import { describe, expect, it } from 'vitest';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import { createAuthenticator } from '../../lib/tenants/authenticator.ts';
import { hashKey } from '../../lib/tenants/hash.ts';
import { createMemoryApiKeyStore, createMemoryTenantStore } from '../../lib/tenants/memory-store.ts';
import type { ApiKey, Tenant } from '../../lib/tenants/types.ts';
import { createFakeClock } from '../fake-clock.ts';

const KEY = 'bk_live_0123456789';

interface Setting {
  readonly key?: Partial<ApiKey>;
  readonly tenant?: Partial<Tenant>;
  readonly noTenant?: boolean;
}

const setUp = async ({ key, tenant, noTenant = false }: Setting = {}) => {
  const clock = createFakeClock();
  const [keys, tenants] = [createMemoryApiKeyStore(), createMemoryTenantStore()];
  const stored: ApiKey = {
    hash: hashKey(KEY),
    keyId: 'key_1',
    tenantId: 'acme',
    name: 'test',
    scopes: ['runs:write'],
    createdAt: 0,
    expiresAt: null,
    ...key,
  };
  await keys.add(stored);
  if (!noTenant) await tenants.add({ tenantId: 'acme', name: 'Acme', status: 'active', ...tenant });
  const reads: string[] = [];
  const store = { down: false };
  const authenticator = createAuthenticator({
    clock,
    keys: {
      async find(hash) {
        reads.push(hash);
        await clockTick();
        if (store.down) throw new AppError('store-unavailable', safe`the store does not answer`);
        return keys.find(hash);
      },
    },
    tenants,
  });
  return { clock, keys, reads, store, authenticate: (presented: string) => authenticator.authenticate(presented) };
};

const clockTick = () => new Promise((resolve) => setImmediate(resolve));
const PRINCIPAL = { tenantId: 'acme', keyId: 'key_1', scopes: ['runs:write'] };

describe('the authenticator', () => {
  it('says who holds a key, and nothing else of it', async () => {
    const { authenticate } = await setUp();
    expect(await authenticate(KEY)).toEqual(PRINCIPAL);
  });

  it.each(['wrong', `${KEY} `, KEY.toUpperCase(), '\u0000', hashKey(KEY)])('does not know %j', async (presented) => {
    const { authenticate } = await setUp();
    await expect(authenticate(presented)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it.each([
    ['empty', ''],
    ['longer than 512 characters', 'k'.repeat(513)],
  ])('refuses a key that is %s without asking the store', async (_, presented) => {
    const { authenticate, reads } = await setUp();
    await expect(authenticate(presented)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(reads).toEqual([]);
  });

  it('asks the store for a key of exactly 512 characters', async () => {
    const { authenticate, reads } = await setUp();
    await expect(authenticate('k'.repeat(512))).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(reads).toHaveLength(1);
  });

  it('refuses the key of a suspended tenant as forbidden', async () => {
    const { authenticate } = await setUp({ tenant: { status: 'suspended' } });
    await expect(authenticate(KEY)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('does not know the key of a tenant that is not there', async () => {
    const { authenticate } = await setUp({ noTenant: true });
    await expect(authenticate(KEY)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('lets a key go at the millisecond of its expiry, cached or not', async () => {
    const { authenticate, clock } = await setUp({ key: { expiresAt: createFakeClock().now() + 5_000 } });
    await clock.advance(4_999);
    expect(await authenticate(KEY)).toEqual(PRINCIPAL);
    await clock.advance(1);
    await expect(authenticate(KEY)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('says of an unknown and of an expired key the same, so that none can be told from the other', async () => {
    const { authenticate } = await setUp({ key: { expiresAt: 0 } });
    const refusals = await Promise.all(
      [KEY, 'unknown'].map((key) => authenticate(key).catch((error: unknown) => error)),
    );
    expect(refusals.map((error) => (error as AppError).message)).toEqual(
      Array(2).fill('the API key is not known or has expired'),
    );
  });

  it('reads a known key once in 60 s', async () => {
    const { authenticate, clock, reads } = await setUp();
    await authenticate(KEY);
    await clock.advance(59_999);
    await authenticate(KEY);
    expect(reads).toHaveLength(1);
    await clock.advance(1);
    await authenticate(KEY);
    expect(reads).toHaveLength(2);
  });

  it('reads an unknown key once in 10 s, and lets it in when it was created since', async () => {
    const { authenticate, clock, keys, reads } = await setUp();
    await expect(authenticate('new')).rejects.toMatchObject({ code: 'unauthenticated' });
    await keys.add({
      hash: hashKey('new'),
      keyId: 'key_2',
      tenantId: 'acme',
      name: 'new',
      scopes: [],
      createdAt: 0,
      expiresAt: null,
    });
    await clock.advance(9_999);
    await expect(authenticate('new')).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(reads).toHaveLength(1);
    await clock.advance(1);
    expect(await authenticate('new')).toMatchObject({ keyId: 'key_2' });
  });

  it('shares one read among simultaneous requests with one key, and its failure too', async () => {
    const { authenticate, reads, store } = await setUp();
    const three = await Promise.all([authenticate(KEY), authenticate(KEY), authenticate(KEY)]);
    expect(three).toEqual([PRINCIPAL, PRINCIPAL, PRINCIPAL]);
    expect(reads).toHaveLength(1);
    store.down = true;
    const failed = await Promise.allSettled([authenticate('other'), authenticate('other')]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(reads).toHaveLength(2);
  });

  it('lets nobody in when the store fails, remembers no failure, and goes on with what it knows', async () => {
    const { authenticate, clock, store } = await setUp();
    store.down = true;
    await expect(authenticate(KEY)).rejects.toMatchObject({ code: 'store-unavailable' });
    store.down = false;
    expect(await authenticate(KEY)).toEqual(PRINCIPAL);
    store.down = true;
    expect(await authenticate(KEY)).toEqual(PRINCIPAL);
    await clock.advance(60_000);
    await expect(authenticate(KEY)).rejects.toMatchObject({ code: 'store-unavailable' });
  });

  it('keeps a known key through a flood of made-up ones', async () => {
    const { authenticate, reads } = await setUp();
    await authenticate(KEY);
    const flood = Array.from({ length: 10_500 }, (_, at) => authenticate(`made-up-${at}`).catch(() => undefined));
    await Promise.all(flood);
    const before = reads.length;
    await authenticate(KEY);
    expect(reads).toHaveLength(before);
  });
});
