import { describe, expect, it } from 'vitest';
import { hashKey, issueKey } from '../../lib/identity/issue-key.ts';
import type { AppError } from '../../lib/kernel/errors.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { apiKey, KEY, PRINCIPAL, setUp } from '../tenants/parts.ts';

describe('the authenticator', () => {
  it('says who holds a key, under what settings of its tenant, and nothing else of it', async () => {
    const { authenticate } = await setUp();
    expect(await authenticate(KEY)).toEqual(PRINCIPAL);
  });

  it('tells the limits of the key beside those of its tenant', async () => {
    const keyLimits = { requestsPerMinute: 5, dailyBudgetUsd: '0.5' };
    const { authenticate } = await setUp({ key: keyLimits, tenant: { requestsPerMinute: 100 } });
    expect(await authenticate(KEY)).toMatchObject({ keyLimits, tenant: { requestsPerMinute: 100 } });
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
      Array(2).fill('The API key is not known or has expired.'),
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
    await keys.add(apiKey('new', { keyId: 'key_2' }));
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

  it('keeps a known key through a flood of made-up ones that look as if they were issued', async () => {
    const { authenticate, reads } = await setUp();
    const random = seededRandom(7);
    const issue = () => issueKey((length) => Uint8Array.from({ length }, () => Math.floor(random() * 256))).key;
    await authenticate(KEY);
    const flood = Array.from({ length: 10_500 }, () => authenticate(issue()).catch(() => undefined));
    await Promise.all(flood);
    const before = reads.length;
    expect(before).toBe(10_501);
    await authenticate(KEY);
    expect(reads).toHaveLength(before);
  });

  it('reads a tenant once for all its keys', async () => {
    const { authenticate, keys, tenantReads } = await setUp();
    await keys.add(apiKey('second'));
    await authenticate(KEY);
    await authenticate('second');
    expect(tenantReads).toEqual(['acme']);
  });

  it('lets a revoked key go 60 s after it was read, however often it is used', async () => {
    const { authenticate, clock, keys } = await setUp();
    await authenticate(KEY);
    await keys.revoke('acme', 'key_1');
    for (let second = 1; second < 60; second += 1) {
      await clock.advance(1_000);
      expect(await authenticate(KEY)).toEqual(PRINCIPAL);
    }
    await clock.advance(1_000);
    await expect(authenticate(KEY)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('sees new settings and a suspension within 60 s, also of a key that is read later than its tenant', async () => {
    const { authenticate, clock, keys, tenants } = await setUp();
    await keys.add(apiKey('second'));
    await authenticate(KEY);
    await tenants.replace({ ...newTenant('acme', 0, { status: 'suspended' }), version: 2 }, 1);
    await clock.advance(59_999);
    expect(await authenticate('second')).toMatchObject({ tenant: { status: 'active' } });
    await clock.advance(1);
    await expect(authenticate('second')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(authenticate(KEY)).rejects.toMatchObject({ code: 'forbidden' });
  });
});
