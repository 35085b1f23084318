import { expect, it } from 'vitest';
import { agents } from '#agents';
import { listAgents } from '../../functions/list-agents.ts';
import { createCatalog } from '../../lib/run/catalog.ts';
import { newTenant, type Principal } from '../../lib/tenants/types.ts';
import { httpEvent, invoke } from './invoke.ts';
import { functionParts } from './parts.ts';

const parts = functionParts(() => Promise.reject(new Error('nothing is run here')));
const catalog = createCatalog(agents, () => true);
const names = agents.map(({ name }) => ({ name }));

const keyOf = (scopes: Principal['scopes']): Principal => ({
  tenantId: 'demo',
  keyId: 'key-1',
  scopes,
  tenant: newTenant('demo', 0),
  keyLimits: { requestsPerMinute: null, dailyBudgetUsd: null },
});

const ask = (path: string, key = 'good', principal?: Principal) =>
  invoke(
    listAgents({ ...parts, catalog, ...(principal && { authenticator: { authenticate: async () => principal } }) }),
    httpEvent({ httpMethod: 'GET', path, headers: { 'x-api-key': key }, body: null }),
  );

it('GET /caller says whose key it is and what it may do, to a key without any scope too', async () => {
  const { status, body } = await ask('/caller', 'weak');
  expect([status, body]).toEqual([200, { tenantId: 'demo', tenantName: 'demo', keyId: 'key-1', scopes: [] }]);
  expect((await ask('/caller')).body['scopes']).toEqual(['runs:write', 'runs:read']);
});

it('GET /caller names the subject of a token', async () => {
  const token = { ...keyOf([]), keyId: 'jwt', bearer: { subject: 'ada', tokenHash: 'hash' } };
  expect((await ask('/caller', 'x', token)).body).toMatchObject({ keyId: 'jwt', subject: 'ada' });
});

it('GET /agents still takes a scope, and nobody is told who an unknown key is', async () => {
  expect((await ask('/agents', 'weak')).status).toBe(403);
  expect((await ask('/agents')).body).toMatchObject({ agents: names });
  expect((await ask('/caller', 'unknown')).status).toBe(401);
});

it('GET /agents shows prompts and endpoints to a key with the scope admin alone', async () => {
  const [{ system }] = agents as [(typeof agents)[number]];
  const shown = async (scopes: Principal['scopes']) => JSON.stringify((await ask('/agents', 'x', keyOf(scopes))).body);
  for (const scopes of [['admin'], ['runs:write', 'admin']] as const) {
    expect(await shown(scopes)).toContain(JSON.stringify(system));
    expect(await shown(scopes)).toContain('"url":"https://api.open-meteo.com"');
  }
  const others = await shown(['runs:write', 'runs:read', 'runs:approve', 'messages:write', 'usage:read']);
  expect(others).not.toMatch(/"system"|"endpoints"|"denyInput"|open-meteo/);
});

it('GET /agents says which scopes let one in', async () => {
  const { status, body } = await ask('/agents', 'x', keyOf(['runs:read']));
  expect([status, body['detail']]).toEqual([403, 'The API key lacks the scope runs:write or admin.']);
});
