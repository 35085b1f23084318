import { describe, expect, it } from 'vitest';
import type { TokenVerifier } from '../../lib/identity/authenticator.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { apiKey, KEY, PRINCIPAL, setUp } from './parts.ts';

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJ0ZW5hbnQiOiJhY21lIn0.c2lnbmF0dXJl';

const BEARER = { subject: 'ann', tokenHash: null };

/** Knows `TOKEN` alone, and tells what it was asked. */
const verifierOf = (tenantId = 'acme') => {
  const asked: string[] = [];
  const tokens: TokenVerifier = {
    async verify(token) {
      asked.push(token);
      if (token === TOKEN) return { tenantId, scopes: ['runs:read', 'usage:read'], bearer: BEARER };
      throw new AppError('unauthenticated', safe`The token is not valid.`);
    },
  };
  return { asked, tokens };
};

describe('a token', () => {
  it('speaks for its tenant with its scopes, under the tenant’s settings and none of a key', async () => {
    const { authenticate, reads } = await setUp({ tokens: verifierOf().tokens });
    expect(await authenticate(TOKEN)).toEqual({
      ...PRINCIPAL,
      keyId: 'jwt',
      scopes: ['runs:read', 'usage:read'],
      bearer: BEARER,
    });
    expect(reads).toEqual([]);
  });

  it('is verified each time, and its tenant read once in 60 s', async () => {
    const { asked, tokens } = verifierOf();
    const { authenticate, clock, tenantReads } = await setUp({ tokens });
    await authenticate(TOKEN);
    await authenticate(TOKEN);
    await authenticate(KEY);
    expect([asked.length, tenantReads.length]).toEqual([2, 1]);
    await clock.advance(60_000);
    await authenticate(TOKEN);
    expect(tenantReads).toHaveLength(2);
  });

  it('that is refused costs no read', async () => {
    const { authenticate, reads, tenantReads } = await setUp({ tokens: verifierOf().tokens });
    await expect(authenticate(`${TOKEN}x`)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect([reads, tenantReads]).toEqual([[], []]);
  });

  it('of a suspended tenant is forbidden', async () => {
    const { authenticate } = await setUp({ tokens: verifierOf().tokens, tenant: { status: 'suspended' } });
    await expect(authenticate(TOKEN)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('of a tenant that is not there is refused, with one read in 10 s', async () => {
    const { authenticate, clock, tenants, tenantReads } = await setUp({ tokens: verifierOf('later').tokens });
    for (let i = 0; i < 3; i += 1) await expect(authenticate(TOKEN)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(tenantReads).toEqual(['later']);
    await tenants.add(newTenant('later', 0));
    await clock.advance(10_000);
    expect(await authenticate(TOKEN)).toMatchObject({ tenantId: 'later', keyId: 'jwt' });
  });

  it('may be longer than a key, up to 8,192 characters', async () => {
    const { asked, tokens } = verifierOf();
    const { authenticate } = await setUp({ tokens });
    const long = `eyJ.${'a'.repeat(8_192 - 5)}.`;
    await expect(authenticate(long)).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(authenticate(`${long}a`)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(asked).toEqual([long]);
  });

  it.each(['eyJ', 'eyJ.a', 'eyJ.a.b.c', 'xeyJ.a.b', ' eyJ.a.b', KEY])('is not what %j is: a key', async (presented) => {
    const { asked, tokens } = verifierOf();
    const { authenticate, reads } = await setUp({ tokens });
    await authenticate(presented).catch(() => undefined);
    expect([asked.length, reads.length]).toEqual([0, 1]);
  });

  it('is a key like any other where no tokens are taken', async () => {
    const { authenticate, keys, reads } = await setUp();
    await expect(authenticate(TOKEN)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(reads).toHaveLength(1);
    await keys.add(apiKey('eyJ.old.key', { keyId: 'key_2' }));
    expect(await authenticate('eyJ.old.key')).toMatchObject({ keyId: 'key_2' });
  });

  it('is refused with the verifier’s own error when its keys cannot be had', async () => {
    const down = new AppError('store-unavailable', safe`the keys of the tokens cannot be had`, { retryAfterMs: 1 });
    const { authenticate } = await setUp({ tokens: { verify: () => Promise.reject(down) } });
    await expect(authenticate(TOKEN)).rejects.toBe(down);
  });
});
