import { SignJWT } from 'jose';
import { expect } from 'vitest';
import { describedFetch } from '../openapi/described-fetch.ts';
import { serverNow } from '../stretched.ts';
import { bodyOf, type Caller, type FleetOfOne } from './fleet.ts';

const ISSUER = { JWT_ISSUER: 'https://issuer.example', JWT_AUDIENCE: 'ballast' };
const SECRET = 'of the issuer alone, and thirty-two bytes long';

/** What a server is to be told that takes the tokens of `speakFor`. */
export const TOKENS = { ...ISSUER, JWT_SECRET: SECRET };

const bearer = async ({ tenantId }: Caller, sub: string, secret = SECRET) => {
  const exp = Math.floor(serverNow() / 1_000) + 60;
  const who = { tenant: tenantId, iss: ISSUER.JWT_ISSUER, aud: ISSUER.JWT_AUDIENCE, exp, sub };
  const token = await new SignJWT({ ...who, scope: 'runs:write runs:approve' })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret));
  return { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
};

/** A run for an end user whom its token alone names. */
export const speakFor = async (
  { servers: [{ url }] }: FleetOfOne,
  caller: Caller,
  sub: string,
  secret?: string,
): Promise<Response> => {
  const headers = await bearer(caller, sub, secret);
  return describedFetch(`${url}/agent/run`, { method: 'POST', headers, body: '{"task":"Hello."}' });
};

/** Denies the tool call that a run waits for, and resolves when the run has ended. */
export const denyFor = async (
  { servers: [{ url }] }: FleetOfOne,
  caller: Caller,
  sub: string,
  runId: string,
): Promise<void> => {
  const read = async () => bodyOf(await caller.ask(`/agent/runs/${runId}`));
  await expect.poll(async () => (await read())['status']).toBe('awaiting_approval');
  const [approval] = (await read())['approvals'] as { toolUseId: string }[];
  const headers = await bearer(caller, sub);
  const target = `${url}/agent/runs/${runId}/approvals/${approval?.toolUseId}`;
  const decided = await describedFetch(target, { method: 'POST', headers, body: '{"decision":"deny"}' });
  expect(decided.status).toBe(204);
  await expect.poll(async () => (await read())['status']).toBe('succeeded');
};

/** Every answer that shows end users or keys by their names. */
export const readNames = async (fleet: FleetOfOne, caller: Caller): Promise<string> => {
  const own = ['/usage?groupBy=user', '/usage?groupBy=key', '/agent/runs', '/sessions', '/caller'];
  const asked = await Promise.all(own.map(async (target) => (await caller.ask(target)).text()));
  const of = `/admin/usage?tenant=${caller.tenantId}`;
  const administered = [
    `/admin/tenants/${caller.tenantId}/keys`,
    `${of}&groupBy=user`,
    `${of}&groupBy=key`,
    '/admin/audit',
  ];
  const told = await Promise.all(administered.map((target) => fleet.administer('GET', target)));
  return [...asked, ...told.map((each) => JSON.stringify(each))].join('\n');
};
