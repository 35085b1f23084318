import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TokenVerifier } from '../../lib/identity/jwt/verify-token.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { claims, type KeyServer, rsaKey, signed, type SigningKey, startKeyServer, verifierBy } from './issuer.ts';

const first = rsaKey('first');
const second = rsaKey('second');

let server: KeyServer;
let clock: FakeClock;
let verifier: TokenVerifier;
beforeAll(async () => {
  server = await startKeyServer();
});
afterAll(() => server.close());
let before: number;
beforeEach(() => {
  server.publish(first);
  server.answer('keys');
  before = server.requests;
  clock = createFakeClock();
  verifier = verifierBy(server, clock);
});

const requests = () => server.requests - before;
const verify = async (key: SigningKey) => verifier.verify(await signed(key, claims(clock.now())));
const unknown = { code: 'unauthenticated' };
const unavailable = (retryAfterMs: number) => ({ code: 'store-unavailable', retryAfterMs });

describe('the published keys of an issuer', () => {
  it('are read once for all tokens that wait, and in the background from the eighth minute on', async () => {
    await Promise.all(Array.from({ length: 50 }, () => verify(first)));
    await clock.advance(479_999);
    await verify(first);
    expect(requests()).toBe(1);
    await clock.advance(1);
    server.answer('hang');
    await verify(first);
    await server.reached(before + 2);
    await clock.advance(3_000);
    expect(clock.pending).toBe(0);
  });

  it('are read again for an unknown key id, so that a new key works at once, and the next within 30 s', async () => {
    const third = rsaKey('third');
    await verify(first);
    server.publish(first, second);
    await expect(verify(second)).resolves.toMatchObject({ tenantId: 'acme' });
    server.publish(first, second, third);
    await clock.advance(29_999);
    await expect(verify(third)).rejects.toMatchObject(unknown);
    await clock.advance(1);
    await expect(verify(third)).resolves.toMatchObject({ tenantId: 'acme' });
    expect(requests()).toBe(3);
  });

  it('no longer hold a key that the issuer has withdrawn, 10 minutes later', async () => {
    await verify(first);
    server.publish(second);
    await clock.advance(600_000);
    await expect(verify(first)).rejects.toMatchObject(unknown);
  });

  it('are asked for at most once in 30 s, however many key ids are made up', async () => {
    await verify(first);
    for (let round = 1; round <= 3; round += 1) {
      await clock.advance(30_000);
      const made = Array.from({ length: 100 }, (_, i) => verify({ ...second, kid: `made-up-${round}-${i}` }));
      expect((await Promise.allSettled(made)).every(({ status }) => status === 'rejected')).toBe(true);
      expect(requests()).toBe(1 + round);
    }
  });

  it.each([
    ['the issuer answers 500', { status: 500, body: '{"keys":[]}' }],
    ['the connection is cut', 'cut'],
    ['they have moved', 'moved'],
    ['the answer is no JSON', { status: 200, body: '<html>' }],
    ['the answer is no key set', { status: 200, body: '{"keys":{}}' }],
  ] as const)(
    'leave tokens undecided while there are none and %s, and are asked for again after 5 s',
    async (_, how) => {
      server.answer(how);
      await expect(verify(first)).rejects.toMatchObject(unavailable(5_000));
      await clock.advance(2_000);
      await expect(verify(first)).rejects.toMatchObject(unavailable(3_000));
      expect(requests()).toBe(1);
      server.answer('keys');
      await clock.advance(3_000);
      await expect(verify(first)).resolves.toMatchObject({ tenantId: 'acme' });
    },
  );

  it('are waited for no longer than 3 s', async () => {
    server.answer('hang');
    const waiting = expect(verify(first)).rejects.toMatchObject({ code: 'store-unavailable' });
    await server.reached(before + 1);
    await clock.advance(2_999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    await waiting;
    expect(clock.pending).toBe(0);
  });

  it('are kept while newer ones can’t be had, and the issuer is asked each 30 s', async () => {
    await verify(first);
    server.answer('cut');
    await clock.advance(600_000);
    for (let i = 0; i < 5; i += 1) await expect(verify(first)).resolves.toMatchObject({ tenantId: 'acme' });
    expect(requests()).toBe(2);
    await clock.advance(30_000);
    await verify(first);
    expect(requests()).toBe(3);
  });

  it('are asked for by one token in 5 s once they are too old to be used', async () => {
    await verify(first);
    server.answer('cut');
    await clock.advance(600_000 + 24 * 3_600_000);
    for (let i = 0; i < 5; i += 1) await expect(verify(first)).rejects.toMatchObject(unavailable(5_000));
    expect(requests()).toBe(2);
  });

  it('leave a token with an unknown key id undecided when the issuer could not be asked', async () => {
    await verify(first);
    server.answer('cut');
    await clock.advance(30_000);
    await expect(verify(second)).rejects.toMatchObject(unavailable(30_000));
    await expect(verify(first)).resolves.toMatchObject({ tenantId: 'acme' });
  });

  it('hold up a token whose key is known by 250 ms at most', async () => {
    await verify(first);
    server.answer('hang');
    await clock.advance(600_000);
    const waiting = verify(first);
    await server.reached(before + 2);
    await clock.advance(250);
    await expect(waiting).resolves.toMatchObject({ tenantId: 'acme' });
    await clock.advance(3_000);
    expect(clock.pending).toBe(0);
  });
});
