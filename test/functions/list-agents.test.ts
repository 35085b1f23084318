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
  const token: Principal = {
    tenantId: 'demo',
    keyId: 'jwt',
    scopes: [],
    tenant: newTenant('demo', 0),
    keyLimits: { requestsPerMinute: null, dailyBudgetUsd: null },
    bearer: { subject: 'ada', tokenHash: 'hash' },
  };
  expect((await ask('/caller', 'x', token)).body).toMatchObject({ keyId: 'jwt', subject: 'ada' });
});

it('GET /agents still takes a scope, and nobody is told who an unknown key is', async () => {
  expect((await ask('/agents', 'weak')).status).toBe(403);
  expect((await ask('/agents')).body).toMatchObject({ agents: names });
  expect((await ask('/caller', 'unknown')).status).toBe(401);
});
