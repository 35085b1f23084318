import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTokenVerifier, type TokenVerifier } from '../../../lib/identity/jwt/verify-token.ts';
import { createLoader } from '../../../lib/secrets/loader.ts';
import { createFakeClock, type FakeClock } from '../../fake-clock.ts';
import {
  AUDIENCE,
  type Claims,
  claims,
  ecKey,
  forged,
  hmac,
  ISSUER,
  type KeyServer,
  rs256,
  rsaKey,
  RULES,
  signed,
  startKeyServer,
  verifierBy,
} from '../../tenants/issuer.ts';

const key = rsaKey('key-1');
const stranger = rsaKey('key-1');
const header = { alg: 'RS256', kid: key.kid };
const pem = String(key.publicKey.export({ type: 'spki', format: 'pem' }));

let server: KeyServer;
let clock: FakeClock;
let verifier: TokenVerifier;
beforeAll(async () => {
  server = await startKeyServer();
});
afterAll(() => server.close());
beforeEach(() => {
  server.publish(key);
  server.answer('keys');
  clock = createFakeClock();
  verifier = verifierBy(server, clock);
});

const seconds = () => clock.now() / 1000;
const payload = (changes?: Claims) => claims(clock.now(), changes);
const refused = { name: 'AppError', code: 'unauthenticated', message: 'The token is not valid or has expired.' };

describe('a token of an issuer that publishes its keys', () => {
  it('says the tenant, the scopes and the name of its bearer', async () => {
    expect(await verifier.verify(await signed(key, payload({ sub: 'ann' })))).toEqual({
      tenantId: 'acme',
      scopes: ['runs:write', 'runs:read'],
      bearer: { subject: 'ann', tokenHash: null },
    });
  });

  it('may be put together by hand', async () => {
    expect(await verifier.verify(forged(header, payload(), rs256(key)))).toMatchObject({ tenantId: 'acme' });
  });

  it('may be signed with ES256', async () => {
    const curve = ecKey('curve');
    server.publish(key, curve);
    expect(await verifier.verify(await signed(curve, payload()))).toMatchObject({ tenantId: 'acme' });
  });

  it('may have its scopes in an array, and others among them that mean nothing here', async () => {
    const scope = ['runs:read', 'openid', 7, 'usage:read', 'runs:read'];
    expect((await verifier.verify(await signed(key, payload({ scope })))).scopes).toEqual(['runs:read', 'usage:read']);
  });

  it.each([undefined, '', 7, { admin: true }, 'ADMIN', 'runs:writeadmin'])(
    'grants nothing by the scope %j',
    async (scope) => {
      expect((await verifier.verify(await signed(key, payload({ scope })))).scopes).toEqual([]);
    },
  );

  it('may be an access token of Cognito, which names a client and no audience', async () => {
    const cognito = { aud: undefined, token_use: 'access', client_id: AUDIENCE };
    expect(await verifier.verify(await signed(key, payload(cognito)))).toMatchObject({ tenantId: 'acme' });
  });

  it('may name several audiences', async () => {
    const token = await signed(key, payload({ aud: ['another', AUDIENCE] }));
    expect(await verifier.verify(token)).toMatchObject({ tenantId: 'acme' });
  });

  it.each<[string, () => Promise<string> | string]>([
    ['has alg none', () => forged({ alg: 'none' }, payload())],
    ['has alg none by another spelling', () => forged({ alg: 'nOnE', kid: 'key-1' }, payload())],
    ['has no signature', async () => (await signed(key, payload())).replace(/[^.]+$/, '')],
    ['is signed with another key', () => signed(stranger, payload())],
    ['is signed with HS256 and the public key', () => forged({ alg: 'HS256', kid: 'key-1' }, payload(), hmac(pem))],
    ['brings its own key', () => signed(stranger, payload(), { jwk: stranger.publicKey.export({ format: 'jwk' }) })],
    ['has an algorithm that is not pinned', () => signed(key, payload(), { alg: 'RS512' })],
    ['has an algorithm that is not its key’s', () => signed(key, payload(), { alg: 'PS256' })],
    ['has a header that must be understood', () => forged({ ...header, crit: ['new'], new: 1 }, payload(), rs256(key))],
    ['names an unknown key', () => signed({ ...key, kid: 'key-2' }, payload())],
    ['expired 30 s ago', () => signed(key, payload({ exp: seconds() - 30 }))],
    ['has an expiry in milliseconds', () => signed(key, payload({ exp: (seconds() + 600) * 1_000 }))],
    ['has no expiry', () => signed(key, payload({ exp: undefined }))],
    ['has an expiry in words', () => forged(header, payload({ exp: 'never' }), rs256(key))],
    ['is valid only in 31 s', () => signed(key, payload({ nbf: seconds() + 31 }))],
    ['is for another audience', () => signed(key, payload({ aud: 'another' }))],
    ['is for no audience', () => signed(key, payload({ aud: undefined }))],
    [
      'is for another client',
      () => signed(key, payload({ aud: undefined, token_use: 'access', client_id: 'another' })),
    ],
    ['names a client and is no access token', () => signed(key, payload({ aud: undefined, client_id: AUDIENCE }))],
    [
      'is for another audience, of this client',
      () => signed(key, payload({ aud: 'another', token_use: 'access', client_id: AUDIENCE })),
    ],
    ['is of another issuer', () => signed(key, payload({ iss: 'https://other.example' }))],
    ['is of no issuer', () => signed(key, payload({ iss: undefined }))],
    ['names no tenant', () => signed(key, payload({ tenant: undefined }))],
    ['names several tenants', () => signed(key, payload({ tenant: ['acme'] }))],
    ['names a tenant that can be none', () => signed(key, payload({ tenant: 'acme/key' }))],
    ['names a tenant of 65 characters', () => signed(key, payload({ tenant: 'a'.repeat(65) }))],
    ['is longer than 8 KB', () => signed(key, payload({ more: 'x'.repeat(8_192) }))],
    ['is none', () => 'eyJ.eyJ.x'],
    ['is nothing', () => ''],
  ])('is refused, without the reason, where it %s', async (_, make) => {
    await expect(verifier.verify(await make())).rejects.toMatchObject(refused);
  });

  it('is refused where a word of it was changed', async () => {
    const [head, , signature] = (await signed(key, payload())).split('.');
    const other = (await signed(stranger, payload({ tenant: 'admin' }))).split('.')[1];
    await expect(verifier.verify(`${head}.${other}.${signature}`)).rejects.toMatchObject(refused);
  });

  it('has 30 s of leeway at both ends', async () => {
    const late = await signed(key, payload({ exp: seconds() - 29 }));
    const early = await signed(key, payload({ nbf: seconds() + 30 }));
    for (const token of [late, early]) expect(await verifier.verify(token)).toMatchObject({ tenantId: 'acme' });
  });

  it('asks for no key where the algorithm alone refuses it', async () => {
    const before = server.requests;
    await expect(verifier.verify(forged({ alg: 'none' }, payload()))).rejects.toMatchObject(refused);
    await expect(verifier.verify(forged({ alg: 'HS256' }, payload(), hmac(pem)))).rejects.toMatchObject(refused);
    expect(server.requests).toBe(before);
  });
});

const SECRET = 'a secret of at least 32 bytes, first';
const OTHER = 'a secret of at least 32 bytes, second';

/** A token signed with HS256; no `kid` where it is `undefined`. */
const shared = (secret: string, kid?: string, changes?: Claims) =>
  forged({ alg: 'HS256', ...(kid === undefined ? {} : { kid }) }, payload(changes), hmac(secret));

describe('a token of an issuer that shares a secret', () => {
  let reads: number;
  let secret: string | Error;
  beforeEach(() => {
    reads = 0;
    secret = SECRET;
    const read = async (check: (text: string) => unknown) => {
      reads += 1;
      if (secret instanceof Error) throw secret;
      check(secret);
      return secret;
    };
    const keys = { openSecret: (check: (text: string) => unknown) => createLoader({ read: () => read(check), clock }) };
    verifier = createTokenVerifier({ issuer: ISSUER, audience: AUDIENCE, ...RULES, keys, clock });
  });
  const rotated = JSON.stringify({ current: { kid: 'b', secret: OTHER }, previous: { kid: 'a', secret: SECRET } });

  it('is known by one secret, whatever key id it has', async () => {
    secret = `${SECRET}\n`;
    for (const kid of [undefined, 'a', 'b'])
      expect(await verifier.verify(shared(SECRET, kid))).toMatchObject({ tenantId: 'acme' });
    expect(reads).toBe(1);
  });

  it('is known by the current and the previous secret, each by its key id', async () => {
    secret = rotated;
    for (const token of [shared(OTHER, 'b'), shared(SECRET, 'a')])
      expect(await verifier.verify(token)).toMatchObject({ tenantId: 'acme' });
  });

  it.each<[string, () => Promise<string> | string]>([
    ['is signed with the secret of the other key id', () => shared(SECRET, 'b')],
    ['has an unknown key id', () => shared(OTHER, 'c')],
    ['has no key id', () => shared(OTHER)],
    ['is signed with another secret', () => shared('x'.repeat(32), 'b')],
    ['is signed with nothing', () => shared('', 'b')],
    ['has alg none', () => forged({ alg: 'none', kid: 'b' }, payload())],
    ['is signed with a private key', () => signed({ ...key, kid: 'b' }, payload())],
    ['has expired', () => shared(OTHER, 'b', { exp: seconds() - 30 })],
  ])('is refused where it %s', async (_, make) => {
    secret = rotated;
    await expect(verifier.verify(await make())).rejects.toMatchObject(refused);
  });

  it('is known by the new secret within five minutes of a rotation', async () => {
    await verifier.verify(shared(SECRET));
    secret = rotated;
    await clock.advance(300_000);
    expect(await verifier.verify(shared(OTHER, 'b'))).toMatchObject({ tenantId: 'acme' });
  });

  it('is known by the current and the previous secret where neither has a key id', async () => {
    secret = JSON.stringify({ current: OTHER, previous: SECRET });
    for (const token of [shared(OTHER), shared(SECRET), shared(SECRET, 'any')])
      expect(await verifier.verify(token)).toMatchObject({ tenantId: 'acme' });
    await expect(verifier.verify(shared('x'.repeat(32)))).rejects.toMatchObject(refused);
  });

  it('that no secret has signed has it read again, and is known by what that brings', async () => {
    await verifier.verify(shared(SECRET));
    secret = OTHER;
    expect(await verifier.verify(shared(OTHER))).toMatchObject({ tenantId: 'acme' });
    expect(reads).toBe(2);
  });

  it('that no secret has signed has it read once in 30 s, however many are made up', async () => {
    await verifier.verify(shared(SECRET));
    const forge = () =>
      Promise.allSettled(Array.from({ length: 50 }, (_, i) => verifier.verify(shared(`${i}`.padEnd(32)))));
    for (let round = 1; round <= 3; round += 1) {
      expect((await forge()).every(({ status }) => status === 'rejected')).toBe(true);
      await clock.advance(29_999);
      await forge();
      expect(reads).toBe(1 + round);
      await clock.advance(1);
    }
  });

  it('that has expired is no reason to read the secret again', async () => {
    await verifier.verify(shared(SECRET));
    await clock.advance(60_000);
    await expect(verifier.verify(shared(SECRET, undefined, { exp: seconds() - 31 }))).rejects.toMatchObject(refused);
    expect(reads).toBe(1);
  });

  it('is known by the old secret while the new one is botched', async () => {
    await verifier.verify(shared(SECRET));
    secret = 'too short';
    await clock.advance(300_000);
    expect(await verifier.verify(shared(SECRET))).toMatchObject({ tenantId: 'acme' });
  });

  it.each([['can’t be had', new Error('down')] as const, ['is too short', 'x'.repeat(31)] as const])(
    'can neither be taken nor refused while the secret %s',
    async (_, value) => {
      secret = value;
      await expect(verifier.verify(shared('x'.repeat(31)))).rejects.toMatchObject({
        code: 'store-unavailable',
        retryAfterMs: 5_000,
      });
    },
  );
});
