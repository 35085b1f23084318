import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { administrator, authorised, startZips, type Zips } from './zips.ts';

describeOnDynamoDb('the zips that keep accounts, loaded as Lambda loads them', (engine) => {
  let zips: Zips;

  beforeAll(async () => {
    zips = await startZips(engine(), { WEBHOOK_HOSTS: 'hooks.invalid' });
  });
  afterAll(() => zips.close());

  it('report-usage tells what a run took out of its budget', async () => {
    const body = { task: 'what is 6 times 7?', userId: 'canary-user' };
    const ran = await zips.call('run-agent', { method: 'POST', path: '/agent/run', headers: authorised, body });
    const run = JSON.parse(ran.body) as { usage: { costUsd: string } };
    const told = await zips.call('report-usage', { path: '/usage/budget', headers: authorised });
    const spent = { spentUsd: run.usage.costUsd, reservedUsd: '0' };
    expect([told.statusCode, JSON.parse(told.body)]).toMatchObject([
      200,
      { day: { limitUsd: '5', ...spent }, month: { limitUsd: '50', ...spent } },
    ]);
    for (const groupBy of ['day', 'tool']) {
      const used = await zips.call('report-usage', { path: '/usage', query: { groupBy }, headers: authorised });
      expect(used.statusCode).toBe(200);
    }
    const all = await zips.call('report-usage', { path: '/admin/usage', headers: administrator });
    expect(JSON.parse(all.body)).toMatchObject({ totals: { costUsd: run.usage.costUsd } });
    expect(ran.output + told.output + all.output).not.toContain('canary');
  });

  it('admin sets a tenant, makes it a key and takes that away, sets a circuit and tells all of it', async () => {
    const ask = (method: string, resource: string, pathParameters: Record<string, string> = {}, body?: object) => {
      const path = resource.replaceAll(/\{(\w+)\+?\}/g, (_, name: string) => pathParameters[name] ?? '');
      return zips.call('admin', { method, path, resource, pathParameters, body, headers: administrator });
    };
    const tenant = { tenantId: 'acme' };
    const set = await ask('PUT', '/admin/tenants/{tenantId}', tenant, { dailyBudgetUsd: '10' });
    expect([set.statusCode, JSON.parse(set.body)]).toMatchObject([200, { dailyBudgetUsd: '10' }]);
    const made = await ask('POST', '/admin/tenants/{tenantId}/keys', tenant, { name: 'first' });
    const { keyId, key } = JSON.parse(made.body) as { keyId: string; key: string };
    expect(made.statusCode).toBe(201);
    expect(made.output).not.toContain(key);
    const revoked = await ask('DELETE', '/admin/tenants/{tenantId}/keys/{keyId}', { ...tenant, keyId });
    expect(revoked.statusCode).toBe(204);
    const name = 'anthropic/claude-opus-5-5';
    const isolated = await ask('PUT', '/admin/circuits/{name+}', { name }, { state: 'isolated' });
    expect(isolated.statusCode).toBe(200);
    zips.secrets.set('WebhookSecret', `whsec_${Buffer.alloc(32, 7).toString('base64')}`);
    const secret = await ask('GET', '/admin/tenants/{tenantId}/webhook-secret', tenant);
    expect([secret.statusCode, JSON.parse(secret.body)]).toMatchObject([200, { previousSecret: null }]);
    expect(secret.output).not.toContain('whsec');
    const invalidated = await ask('POST', '/admin/tenants/{tenantId}/cache/invalidate', tenant);
    expect(invalidated.statusCode).toBe(202);
    expect((await ask('GET', '/admin/tenants/{tenantId}/keys', tenant)).body).not.toContain(keyId);
    const rest = 'anthropic/claude-opus-5-5/fast/0123456789abcdef';
    expect((await ask('DELETE', '/admin/rests/{name+}', { name: rest })).statusCode).toBe(404);
    for (const path of ['/admin/tenants', '/admin/circuits', '/admin/rests', '/admin/audit'])
      expect((await ask('GET', path)).statusCode).toBe(200);
    await ask('PUT', '/admin/circuits/{name+}', { name }, { state: 'closed' });
  });

  it('reconcile-budgets looks at every tenant, and writes no metric but of the forecast while all is well', async () => {
    const { output } = await zips.call('reconcile-budgets', { event: {} });
    const metrics = output.split('\n').filter((line) => line.includes('"_aws"'));
    expect(metrics.filter((line) => !line.includes('DailyForecastMicroUsd'))).toEqual([]);
  });

  it('none has asked DynamoDB for what its role does not grant', () => {
    expect(zips.denied).toEqual([]);
    const actions = new Set(zips.granted.map((said) => said.split(' ').slice(0, 3).join(' ')));
    expect([...actions]).toEqual(
      expect.arrayContaining([
        'admin: dynamodb:DeleteItem LedgerTable',
        'admin: dynamodb:PutItem LedgerTable',
        'admin: dynamodb:Query LedgerTable',
        'admin: dynamodb:PutItem ControlTable',
        'report-usage: dynamodb:Query LedgerTable',
        'reconcile-budgets: dynamodb:Query LedgerTable',
      ]),
    );
  });
});
