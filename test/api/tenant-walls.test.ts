import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Scope, SCOPES } from '../../lib/kernel/forms/scopes.ts';
import { reply } from '../upstream/answers.ts';
import { itemsOf } from './books.ts';
import { ADMIN_KEY, bodyOf, type Caller, type Fleet, startFleet } from './fleet.ts';
import { knocks } from './routes.ts';

let fleet: Fleet;
let owner: Caller;
let runId: string;
beforeAll(async () => {
  fleet = await startFleet();
  fleet.upstream.script('*', [reply('mine')]);
  owner = await fleet.addTenant({ name: 'the owner' });
  runId = String((await bodyOf(await owner.run({ task: 'a' })))['runId']);
});
afterAll(() => fleet[Symbol.asyncDispose]());

const statusOf = async (caller: Caller, target: string, init?: RequestInit) => {
  const response = await caller.ask(target, init);
  await response.text();
  return response.status;
};
/** What administrators write (tenants, keys and what they have done), each by the write that made it so. */
const settings = async () =>
  (await itemsOf(fleet.engine, 'LedgerTable'))
    .map(({ pk, sk, writeId }) => [pk?.S, sk?.S, writeId?.S].join(' '))
    .filter((line) => /^(tenants |key#|tenant-keys#|audit)/.test(line))
    .toSorted();

describe('a tenant', () => {
  it.each([
    ['with every scope but admin', SCOPES.filter((scope) => scope !== 'admin')],
    ['with every scope', SCOPES],
  ])('finds no run of another one, nor its trace, by a key %s', async (_title, scopes) => {
    const stranger = await fleet.addTenant({}, { scopes });
    for (const target of [`/agent/runs/${runId}`, `/agent/runs/${runId}/trace`]) {
      expect(await statusOf(owner, target)).toBe(200);
      expect(await statusOf(stranger, target)).toBe(404);
    }
  });

  it('sees its own usage and budget alone, whatever it asks for', async () => {
    const stranger = await fleet.addTenant({ dailyBudgetUsd: '3' });
    expect(await bodyOf(await owner.ask('/usage'))).toMatchObject({ totals: { requests: 1 } });
    expect(await bodyOf(await stranger.ask('/usage'))).toMatchObject({ totals: { requests: 0 }, groups: [] });
    expect(await bodyOf(await stranger.ask('/usage/budget'))).toMatchObject({ day: { limitUsd: '3', spentUsd: '0' } });
    for (const query of [`tenant=${owner.tenantId}`, `tenantId=${owner.tenantId}`])
      for (const target of ['/usage', '/usage/budget'])
        expect(await statusOf(stranger, `${target}?${query}`)).toBe(400);
  });

  it('reads and changes nothing of any tenant by the routes of administrators', async () => {
    const stranger = await fleet.addTenant();
    const before = await settings();
    const { tenantId, keyId } = owner;
    const asked = knocks({ tenantId, keyId, name: 'anthropic/claude-sonnet-5-5' }).filter(({ target }) =>
      target.startsWith('/admin/'),
    );
    const heard = new Set(
      await Promise.all(
        [stranger, owner].flatMap((caller) => asked.map(({ target, init }) => statusOf(caller, target, init))),
      ),
    );
    expect(asked.length).toBeGreaterThan(50);
    expect([...heard].toSorted()).toEqual([403, 405]);
    expect(await settings()).toEqual(before);
  });
});

describe('a scope', () => {
  const NEEDED: readonly (readonly [string, string, Scope])[] = [
    ['POST', '/agent/run', 'runs:write'],
    ['GET', '/agent/runs/{runId}', 'runs:read'],
    ['GET', '/agent/runs/{runId}/trace', 'runs:read'],
    ['GET', '/agent/runs/{runId}/events', 'runs:read'],
    ['GET', '/usage', 'usage:read'],
    ['GET', '/usage/budget', 'usage:read'],
    ['GET', '/admin/tenants', 'admin'],
    ['GET', '/admin/usage', 'admin'],
    ['GET', '/admin/audit', 'admin'],
  ];
  it.each(NEEDED)('%s %s takes %s, and all the others are not enough', async (method, template, scope) => {
    const target = template.replace('{runId}', runId);
    const init = {
      method,
      ...(method === 'POST' ? { headers: { 'content-type': 'application/json' }, body: '{"task":"a"}' } : {}),
    };
    const having = await fleet.addKey(owner.tenantId, { scopes: [scope] });
    const lacking = await fleet.addKey(owner.tenantId, { scopes: SCOPES.filter((each) => each !== scope) });
    expect(await statusOf(having, target, init)).toBe(200);
    expect(await statusOf(lacking, target, init)).toBe(403);
  });
});

describe('a change of an administrator', () => {
  it('holds at once where it was made: suspended is 403 for every key, and active again is let in', async () => {
    const caller = await fleet.addTenant();
    const other = await fleet.addKey(caller.tenantId);
    const put = (status: string) => fleet.administer('PUT', `/admin/tenants/${caller.tenantId}`, { status });
    expect((await caller.run({ task: 'a' })).status).toBe(200);
    await put('suspended');
    const before = fleet.upstream.requests.length;
    for (const each of [caller, other]) {
      expect((await each.run({ task: 'a' })).status).toBe(403);
      expect(await statusOf(each, '/usage')).toBe(403);
    }
    expect(fleet.upstream.requests).toHaveLength(before);
    await put('active');
    expect((await other.run({ task: 'a' })).status).toBe(200);
  });

  it('revokes a key at once where it was made, and no other', async () => {
    const caller = await fleet.addTenant();
    const other = await fleet.addKey(caller.tenantId);
    expect(await statusOf(caller, '/usage')).toBe(200);
    await fleet.administer('DELETE', `/admin/tenants/${caller.tenantId}/keys/${caller.keyId}`);
    expect(await statusOf(caller, '/usage')).toBe(401);
    expect((await caller.run({ task: 'a' })).status).toBe(401);
    expect(await statusOf(other, '/usage')).toBe(200);
  });
});

it('a key is in no table and in no line of any log, also of those who mistype it', async () => {
  const caller = await fleet.addTenant();
  for (const server of fleet.servers) {
    await caller.run({ task: 'a' }, { 'idempotency-key': 'kept' }, server);
    for (const wrong of [`${caller.key}x`, caller.key.slice(0, -1)])
      expect((await server.ask('/usage', { headers: { 'x-api-key': wrong } })).status).toBe(401);
    await server.ask(`/${caller.key}?key=${caller.key}`, { headers: { 'x-api-key': caller.key } });
  }
  const tables = await Promise.all(
    (['ControlTable', 'LedgerTable', 'RunsTable'] as const).map((table) => itemsOf(fleet.engine, table)),
  );
  const stored = tables.map((items) => JSON.stringify(items)).join('\n');
  const printed = fleet.servers.map((server) => server.printed()).join('\n');
  expect(stored).toContain(createHash('sha256').update(caller.key).digest('hex'));
  expect(printed).toContain(caller.keyId);
  const secret = caller.key.slice(0, -8);
  for (const form of [
    secret,
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    Buffer.from(secret).toString('hex'),
  ])
    for (const text of [stored, printed]) expect(text).not.toContain(form);
  // Not even the one that starts everything is kept.
  expect(stored).not.toContain(ADMIN_KEY);
});
