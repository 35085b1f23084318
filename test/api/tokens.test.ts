import { generateKeyPairSync, sign } from 'node:crypto';
import { base64url, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describedFetch } from '../openapi/described-fetch.ts';
import { serverNow } from '../stretched.ts';
import { reply } from '../upstream/answers.ts';
import { bodyOf, type Fleet, startFleet } from './fleet.ts';

const SECRET = 'of the issuer alone, and thirty-two bytes long';
const ISSUER = 'https://issuer.example';
const AUDIENCE = 'ballast';
const MINUTE = 60;

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet({ JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE, JWT_SECRET: SECRET });
  fleet.upstream.script('*', [reply()]);
});
afterAll(() => fleet[Symbol.asyncDispose]());

const now = () => Math.floor(serverNow() / 1_000);
const claimsOf = (tenantId: string, more: JWTPayload = {}): JWTPayload => ({
  tenant: tenantId,
  scope: 'runs:write runs:read usage:read',
  iss: ISSUER,
  aud: AUDIENCE,
  exp: now() + MINUTE,
  ...more,
});
const signed = (claims: JWTPayload, secret = SECRET): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));
/** By hand: a library refuses to write what nobody should take. */
const forged = (header: object, claims: JWTPayload, signature: (input: string) => string): string => {
  const input = [header, claims].map((part) => base64url.encode(JSON.stringify(part))).join('.');
  return `${input}.${signature(input)}`;
};

const bearer = (token: string) => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' });
/** Without the key that the servers' own callers send. */
const send = (target: string, token: string, init: RequestInit = {}) =>
  describedFetch(`${fleet.servers[0].url}${target}`, { ...init, headers: bearer(token) });
const run = (token: string) => send('/agent/run', token, { method: 'POST', body: '{"task":"a"}' });

describe('a token', () => {
  it('of the issuer speaks for its tenant, also as an API key is sent', async () => {
    const { tenantId } = await fleet.addTenant({ dailyBudgetUsd: '7' });
    const token = await signed(claimsOf(tenantId));
    expect((await run(token)).status).toBe(200);
    expect(await bodyOf(await send('/usage/budget', token))).toMatchObject({ day: { limitUsd: '7' } });
    const asKey = await describedFetch(`${fleet.servers[1].url}/usage?groupBy=key`, {
      headers: { 'x-api-key': token },
    });
    expect(await bodyOf(asKey)).toMatchObject({ groups: [{ key: 'jwt', requests: 1 }] });
  });

  it('has its tenant’s limits', async () => {
    const before = fleet.upstream.requests.length;
    const spent = await fleet.addTenant({ dailyBudgetUsd: '0' });
    expect((await run(await signed(claimsOf(spent.tenantId)))).status).toBe(402);
    const slow = await fleet.addTenant({ requestsPerMinute: 0 });
    expect((await run(await signed(claimsOf(slow.tenantId)))).status).toBe(403);
    const suspended = await fleet.addTenant({ status: 'suspended' });
    expect((await run(await signed(claimsOf(suspended.tenantId)))).status).toBe(403);
    expect(fleet.upstream.requests).toHaveLength(before);
  });

  it('has its own scopes, and no more', async () => {
    const { tenantId } = await fleet.addTenant();
    const reading = await signed(claimsOf(tenantId, { scope: 'usage:read' }));
    expect((await send('/usage', reading)).status).toBe(200);
    expect((await run(reading)).status).toBe(403);
    for (const target of ['/admin/tenants', '/admin/usage', '/admin/audit', '/admin/circuits'])
      expect((await send(target, reading)).status).toBe(403);
  });

  it('administers nothing, whatever it says', async () => {
    const { tenantId } = await fleet.addTenant();
    const token = await signed(claimsOf(tenantId, { scope: 'admin usage:read', permissions: ['admin'] }));
    expect((await send('/usage', token)).status).toBe(200);
    for (const target of ['/admin/tenants', '/admin/usage', '/admin/audit', '/admin/circuits'])
      expect((await send(target, token)).status).toBe(403);
  });

  it('makes its subject the end user of a request that names none', async () => {
    const { tenantId } = await fleet.addTenant();
    const scope = 'runs:write runs:read usage:read messages:write';
    const token = await signed(claimsOf(tenantId, { scope, sub: 'ann' }));
    const post = (target: string, body: object) => send(target, token, { method: 'POST', body: JSON.stringify(body) });
    const message = { model: 'claude-haiku-4-5', max_tokens: 8, messages: [{ role: 'user', content: 'a' }] };
    expect((await post('/agent/run', { task: 'a', sessionId: 's' })).status).toBe(200);
    expect((await post('/agent/run', { task: 'a', userId: 'bob' })).status).toBe(200);
    expect((await post('/v1/messages', message)).status).toBe(200);
    const { runId } = await bodyOf(await post('/agent/runs', { task: 'a' }));
    const ofAnn = await bodyOf(await send('/agent/runs?userId=ann', token));
    expect(ofAnn).toMatchObject({ runs: [{ runId }, {}] });
    const usage = await bodyOf(await send('/usage?groupBy=user', token));
    expect(usage).toMatchObject({
      groups: expect.arrayContaining([
        expect.objectContaining({ key: 'ann' }),
        expect.objectContaining({ key: 'bob', requests: 1 }),
      ]) as unknown,
    });
    expect((await send('/sessions/s', token)).status).toBe(200);
    expect((await send('/sessions/s', await signed(claimsOf(tenantId, { scope, sub: 'eve' })))).status).toBe(404);
    await expect.poll(() => fleet.servers[0].printed()).toMatch(/"subjectHash":"[0-9a-f]{32}"/);
    expect(fleet.servers[0].printed()).not.toContain('"ann"');
  });

  it('gets no answer to another end user by their idempotency key', async () => {
    const { tenantId } = await fleet.addTenant();
    const asked = async (sub: string) =>
      describedFetch(`${fleet.servers[0].url}/agent/run`, {
        method: 'POST',
        headers: { ...bearer(await signed(claimsOf(tenantId, { sub }))), 'idempotency-key': 'guessed' },
        body: '{"task":"a"}',
      });
    expect([await asked('ann'), await asked('ann'), await asked('eve')].map(({ status }) => status)).toEqual([
      200, 200, 422,
    ]);
  });

  it('finds no run of another tenant', async () => {
    const [mine, theirs] = [await fleet.addTenant(), await fleet.addTenant()];
    const { runId } = await bodyOf(await mine.run({ task: 'a' }));
    const target = `/agent/runs/${String(runId)}`;
    expect((await send(target, await signed(claimsOf(mine.tenantId)))).status).toBe(200);
    const stranger = await signed(claimsOf(theirs.tenantId));
    expect((await send(target, stranger)).status).toBe(404);
    expect((await send(`${target}/trace`, stranger)).status).toBe(404);
  });

  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const byRsa = (input: string) => sign('sha256', Buffer.from(input), privateKey).toString('base64url');
  const FORGED: readonly (readonly [string, (claims: JWTPayload) => Promise<string> | string])[] = [
    ['without a signature (alg: none)', (claims) => forged({ alg: 'none', typ: 'JWT' }, claims, () => '')],
    ['that says none and is signed', async (c) => forged({ alg: 'None' }, c, () => 'AAAA')],
    ['signed by someone else', (claims) => signed(claims, 'of someone else, and just as long as the other')],
    ['signed with a key of another kind', (claims) => forged({ alg: 'RS256' }, claims, byRsa)],
    ['that has expired', (claims) => signed({ ...claims, exp: now() - MINUTE })],
    ['that never expires', ({ exp: _, ...claims }) => signed(claims)],
    ['that is not valid yet', (claims) => signed({ ...claims, nbf: now() + MINUTE })],
    ['for another audience', (claims) => signed({ ...claims, aud: 'another' })],
    ['for no audience', ({ aud: _, ...claims }) => signed(claims)],
    ['of another issuer', (claims) => signed({ ...claims, iss: 'https://else.example' })],
    ['of a tenant that is not there', (claims) => signed({ ...claims, tenant: 'nobody' })],
    ['of no tenant', ({ tenant: _, ...claims }) => signed(claims)],
    [
      'whose claims were changed afterwards',
      async (claims) => {
        const [header, , signature] = (await signed({ ...claims, tenant: 'another' })).split('.');
        return `${header}.${base64url.encode(JSON.stringify(claims))}.${signature}`;
      },
    ],
  ];
  it.each(FORGED)('%s is nobody’s', async (_title, make) => {
    const before = fleet.upstream.requests.length;
    const { tenantId } = await fleet.addTenant();
    const claims = claimsOf(tenantId, { scope: 'admin runs:write runs:read usage:read' });
    expect((await send('/usage', await signed(claims))).status).toBe(200);
    const token = await make(claims);
    for (const target of ['/usage', '/usage/budget', '/admin/tenants', '/agent/runs/run_x']) {
      const refused = await send(target, token);
      expect(refused.status).toBe(401);
      expect(await bodyOf(refused)).toMatchObject({ code: 'unauthenticated' });
    }
    expect((await run(token)).status).toBe(401);
    expect(fleet.upstream.requests).toHaveLength(before);
  });

  it('and the secret behind it are in no line of any log', async () => {
    const { tenantId } = await fleet.addTenant();
    const token = await signed(claimsOf(tenantId));
    await run(token);
    await run(`${token}x`);
    const [, claims = '', signature = ''] = token.split('.');
    await expect.poll(() => fleet.servers[0].printed()).toContain(`"tenantId":"${tenantId}","keyId":"jwt"`);
    for (const server of fleet.servers)
      for (const text of [SECRET, claims, signature]) expect(server.printed()).not.toContain(text);
  });
});
