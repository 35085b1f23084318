import { describe, expect, it } from 'vitest';
import { hashKey } from '../../lib/identity/issue-key.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { apiKey, KEY, PRINCIPAL, setUp } from './parts.ts';

const suspended = { ...newTenant('acme', 0, { status: 'suspended' }), version: 2 };

describe('an authenticator that is told of a change', () => {
  it('refuses a revoked key at once, by its hash or by its tenant', async () => {
    for (const changed of [{ hash: hashKey(KEY) }, { tenantId: 'acme' }]) {
      const { authenticate, forget, keys } = await setUp();
      await authenticate(KEY);
      await keys.revoke('acme', 'key_1');
      forget(changed);
      await expect(authenticate(KEY)).rejects.toMatchObject({ code: 'unauthenticated' });
    }
  });

  it('sees new settings of a tenant at once', async () => {
    const { authenticate, forget, tenants } = await setUp();
    await authenticate(KEY);
    await tenants.replace(suspended, 1);
    forget({ tenantId: 'acme' });
    await expect(authenticate(KEY)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('knows at once a key and a tenant that it had found unknown', async () => {
    const { authenticate, forget, keys, tenants } = await setUp({ noTenant: true });
    await expect(authenticate('new')).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(authenticate(KEY)).rejects.toMatchObject({ code: 'unauthenticated' });
    await keys.add(apiKey('new', { keyId: 'key_2' }));
    await tenants.add(newTenant('acme', 0));
    forget({ hash: hashKey('new') });
    forget({ tenantId: 'acme' });
    expect(await authenticate('new')).toMatchObject({ keyId: 'key_2' });
    expect(await authenticate(KEY)).toEqual(PRINCIPAL);
  });

  it('reads nothing anew of other tenants and keys', async () => {
    const { authenticate, forget, keys, reads, tenants, tenantReads } = await setUp();
    await tenants.add(newTenant('other', 0));
    await keys.add(apiKey('theirs', { tenantId: 'other' }));
    await authenticate('theirs');
    await authenticate(KEY);
    forget({ tenantId: 'acme' });
    forget({ hash: hashKey(KEY) });
    await authenticate('theirs');
    expect([reads.length, tenantReads.length]).toEqual([2, 2]);
    await authenticate(KEY);
    expect([reads.length, tenantReads.length]).toEqual([3, 3]);
  });

  it('forgets everything when it is told so', async () => {
    const { authenticate, forgetAll, keys, tenants } = await setUp();
    await authenticate(KEY);
    await expect(authenticate('new')).rejects.toMatchObject({ code: 'unauthenticated' });
    await keys.add(apiKey('new', { keyId: 'key_2' }));
    await tenants.replace({ ...newTenant('acme', 0, { requestsPerMinute: 1 }), version: 2 }, 1);
    forgetAll();
    expect(await authenticate(KEY)).toMatchObject({ tenant: { requestsPerMinute: 1 } });
    expect(await authenticate('new')).toMatchObject({ keyId: 'key_2' });
  });

  it('remembers nothing of what was being read across the change', async () => {
    const { authenticate, forget, keys, store } = await setUp();
    const gate = Promise.withResolvers<void>();
    const { answered } = store;
    store.answered = () => gate.promise;
    const early = authenticate(KEY);
    await new Promise((resolve) => setImmediate(resolve));
    await keys.revoke('acme', 'key_1');
    forget({ tenantId: 'acme' });
    store.answered = answered;
    await expect(authenticate(KEY)).rejects.toMatchObject({ code: 'unauthenticated' });
    gate.resolve();
    // It had asked before the change, and its answer is from before it.
    expect(await early).toEqual(PRINCIPAL);
    await expect(authenticate(KEY)).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});
