import { describe, expect, it } from 'vitest';
import { adminOnFakes, type Asked, NOON, refusals } from './admin-parts.ts';

const DEFAULTS = {
  status: 'active',
  requestsPerMinute: null,
  tokensPerMinute: null,
  maxConcurrentRuns: null,
  userRequestsPerMinute: null,
  dailyBudgetUsd: null,
  monthlyBudgetUsd: null,
  userDailyBudgetUsd: null,
  budgetShards: null,
  sessionBudgetUsd: null,
  allowedModels: null,
  allowedAgents: null,
  allowedTools: null,
  fallbackModels: null,
  maxModelCalls: null,
  maxRetries: null,
  cacheTtlSeconds: null,
  allowUnboundedFeatures: false,
  redactOutput: false,
  redact: null,
  webhookUrl: null,
  shadow: [],
};
describe('tenants', () => {
  it('are made by PUT with defaults for what is left out, and read back the same', async () => {
    const { ask } = adminOnFakes();
    const whole = {
      tenantId: 'acme',
      name: 'Acme',
      ...DEFAULTS,
      dailyBudgetUsd: '5',
      createdAt: NOON,
      updatedAt: NOON,
    };
    const put = await ask('PUT /admin/tenants/acme', { name: 'Acme', dailyBudgetUsd: '5.00' });
    expect([put.status, put.body]).toEqual([200, whole]);
    expect(put.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(put.headers['request-id']).toMatch(/^req_/);
    expect((await ask('GET /admin/tenants/acme')).body).toEqual(whole);
  });

  it('are refused with classes of secrets that nothing would redact, by PUT and by PATCH', async () => {
    const { ask } = adminOnFakes();
    const refused = {
      status: 400,
      body: {
        code: 'invalid-request',
        errors: [{ path: 'redact', message: 'has no effect without redactOutput: true, or redaction in shadow' }],
      },
    };
    const redact = ['email'];
    const put = (settings: object) => ask('PUT /admin/tenants/acme', settings);
    const patch = (settings: object) => ask('PATCH /admin/tenants/acme', settings);
    expect(await put({ redact })).toMatchObject(refused);
    expect(await put({ redact, redactOutput: false, shadow: ['rate'] })).toMatchObject(refused);
    expect((await ask('GET /admin/tenants/acme')).status).toBe(404);
    expect((await put({ redact, redactOutput: true })).status).toBe(200);
    expect((await put({ redact, shadow: ['redaction'] })).status).toBe(200);
    expect(await patch({ shadow: null })).toMatchObject(refused);
    expect((await patch({ shadow: null, redactOutput: true })).status).toBe(200);
    expect(await patch({ redactOutput: false })).toMatchObject(refused);
    expect((await patch({ redactOutput: false, redact: null })).status).toBe(200);
    expect(await patch({ redact })).toMatchObject(refused);
    expect((await patch({ redact, redactOutput: true })).status).toBe(200);
  });

  it('have the stage’s budgets unless somebody names one, which PATCH leaves alone', async () => {
    const { ask } = adminOnFakes({ dailyBudgetUsd: '5', monthlyBudgetUsd: null });
    expect((await ask('PUT /admin/tenants/acme', {})).body).toMatchObject({ dailyBudgetUsd: '5' });
    expect((await ask('PATCH /admin/tenants/acme', { dailyBudgetUsd: null })).body).toMatchObject({
      dailyBudgetUsd: null,
    });
    expect((await ask('PATCH /admin/tenants/acme', { name: 'A' })).body).toMatchObject({ dailyBudgetUsd: null });
  });

  it('lose by PUT every setting that is left out', async () => {
    const { ask, stage } = adminOnFakes();
    const fallbackModels = { 'claude-opus-5-5': ['claude-sonnet-5-5'] };
    const settings = { allowedModels: ['claude-opus-5-5'], allowedTools: ['calculate'], allowedAgents: ['assistant'] };
    const first = await ask('PUT /admin/tenants/acme', { ...settings, fallbackModels, shadow: ['input', 'rate'] });
    expect(first.body).toMatchObject({ ...settings, fallbackModels, shadow: ['rate', 'input'] });
    await stage.clock.advance(60_000);
    const { body } = await ask('PUT /admin/tenants/acme', {});
    const updatedAt = '2026-11-20T12:01:00.000Z';
    expect(body).toEqual({ tenantId: 'acme', name: 'acme', ...DEFAULTS, createdAt: NOON, updatedAt });
  });

  it('show nothing of what Ballast keeps of them', async () => {
    const { ask } = adminOnFakes();
    const { text } = await ask('PUT /admin/tenants/acme', {});
    expect(text).not.toMatch(/version/i);
  });

  it.each(['ACME', 'a_b', 'a%20b', 'a.b', 'x'.repeat(65), 'ä'])('have no id such as %s', async (tenantId) => {
    const { ask, stage } = adminOnFakes();
    for (const line of ['PUT', 'GET'].map((method) => `${method} /admin/tenants/${tenantId}`)) {
      const asked = await ask(line, line.startsWith('PUT') ? {} : undefined);
      expect([asked.status, refusals(asked)]).toEqual([400, ['tenantId']]);
    }
    expect(stage.calls).toEqual([]);
  });

  it.each([
    ['allowedModels.1', { allowedModels: ['claude-opus-5-5', 'claude-none'] }],
    ['allowedAgents.0', { allowedAgents: ['nobody'] }],
    ['allowedTools.0', { allowedTools: ['rm'] }],
    ['fallbackModels.claude-none', { fallbackModels: { 'claude-none': [] } }],
    ['fallbackModels.claude-opus-5-5.0', { fallbackModels: { 'claude-opus-5-5': ['claude-none'] } }],
    ['fallbackModels.claude-opus-5-5.0', { fallbackModels: { 'claude-opus-5-5': ['claude-opus-5-5'] } }],
    ['maxRetries', { maxRetries: 11 }],
    ['budget', { budget: '1' }],
  ])('refuse at %s: %j', async (path, body) => {
    const { ask, stage } = adminOnFakes();
    const asked = await ask('PUT /admin/tenants/acme', body);
    expect([asked.status, asked.body['code'], refusals(asked)]).toEqual([400, 'invalid-request', [path]]);
    expect(stage.calls).toEqual([]);
  });

  it('are listed by their ids, a page at a time', async () => {
    const { ask } = adminOnFakes();
    for (const id of ['c', 'a', 'e', 'b', 'd']) await ask(`PUT /admin/tenants/${id}`, {});
    const ids = ({ body }: Asked) => (body['tenants'] as { tenantId: string }[]).map(({ tenantId }) => tenantId);
    const all = await ask('GET /admin/tenants');
    expect([ids(all), all.body['nextCursor']]).toEqual([['a', 'b', 'c', 'd', 'e'], null]);
    const first = await ask('GET /admin/tenants?limit=2');
    const second = await ask(`GET /admin/tenants?limit=2&cursor=${String(first.body['nextCursor'])}`);
    const third = await ask(`GET /admin/tenants?limit=2&cursor=${String(second.body['nextCursor'])}`);
    expect([ids(first), ids(second), ids(third), third.body['nextCursor']]).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e'],
      null,
    ]);
  });

  it.each([
    ['limit', 'limit=0'],
    ['limit', 'limit=1001'],
    ['limit', 'limit=1.5'],
    ['limit', 'limit='],
    ['cursor', 'cursor='],
    ['cursor', 'cursor=zzz'],
    ['cursor', `cursor=${Buffer.from('{"after":"A"}').toString('base64url')}`],
    ['page', 'page=2'],
  ])('are not listed at a wrong %s: ?%s', async (path, query) => {
    const { ask } = adminOnFakes();
    const asked = await ask(`GET /admin/tenants?${query}`);
    expect([asked.status, refusals(asked)]).toEqual([400, [path]]);
  });
});

describe('a part of a tenant', () => {
  it('is changed by PATCH, and nothing else is; null lifts a limit', async () => {
    const { ask, stage } = adminOnFakes();
    const before = { name: 'Acme', requestsPerMinute: 60, dailyBudgetUsd: '5', allowedTools: ['calculate'] };
    await ask('PUT /admin/tenants/acme', before);
    const patched = await ask('PATCH /admin/tenants/acme', { requestsPerMinute: null, monthlyBudgetUsd: '50.0' });
    expect(patched.status).toBe(200);
    const after = { ...before, requestsPerMinute: null, monthlyBudgetUsd: '50' };
    expect(patched.body).toMatchObject(after);
    expect((await ask('GET /admin/tenants/acme')).body).toEqual(patched.body);
    expect(stage.entries.at(-1)).toMatchObject({
      action: 'tenant.patched',
      changes: { requestsPerMinute: { from: 60, to: null }, monthlyBudgetUsd: { from: null, to: '50' } },
    });
  });

  it('that names nothing, or what is so already, changes nothing', async () => {
    const { ask } = adminOnFakes();
    const { headers } = await ask('PUT /admin/tenants/acme', { requestsPerMinute: 60 });
    for (const body of [{}, { requestsPerMinute: 60 }]) {
      const patched = await ask('PATCH /admin/tenants/acme', body);
      expect([patched.status, patched.headers['etag']]).toEqual([200, headers['etag']]);
    }
  });

  it('is refused as PUT refuses it, and there must be such a tenant', async () => {
    const { ask } = adminOnFakes();
    expect((await ask('PATCH /admin/tenants/nobody', {})).status).toBe(404);
    await ask('PUT /admin/tenants/acme', {});
    const unknown = await ask('PATCH /admin/tenants/acme', { allowedAgents: ['nobody'] });
    expect([unknown.status, refusals(unknown)]).toEqual([400, ['allowedAgents.0']]);
    expect((await ask('PATCH /admin/tenants/acme', { nonsense: 1 })).status).toBe(400);
  });

  it('is changed by two administrators at once, and neither loses what the other set', async () => {
    const { ask } = adminOnFakes();
    await ask('PUT /admin/tenants/acme', {});
    const parts = [{ requestsPerMinute: 7 }, { tokensPerMinute: 8 }, { maxConcurrentRuns: 9 }];
    const statuses = await Promise.all(
      parts.map(async (part) => (await ask('PATCH /admin/tenants/acme', part)).status),
    );
    expect(statuses).toEqual([200, 200, 200]);
    expect((await ask('GET /admin/tenants/acme')).body).toMatchObject(Object.assign({}, ...parts) as object);
  });
});

describe('a tenant that was changed since it was read', () => {
  const headers = (ifMatch: string) => ({
    headers: { 'x-api-key': 'good', 'content-type': 'application/json', 'if-match': ifMatch },
  });

  it.each(['PUT', 'PATCH'])('is not changed by %s with the ETag of before', async (method) => {
    const { ask } = adminOnFakes();
    await ask('PUT /admin/tenants/acme', { requestsPerMinute: 1 });
    const etag = (await ask('GET /admin/tenants/acme')).headers['etag'] ?? '';
    expect(etag).toMatch(/^"\d+"$/);
    const first = await ask(`${method} /admin/tenants/acme`, { requestsPerMinute: 2 }, headers(etag));
    expect(first.status).toBe(200);
    expect(first.headers['etag']).not.toBe(etag);
    for (const stale of [etag, `W/${first.headers['etag'] ?? ''}`, 'x']) {
      const second = await ask(`${method} /admin/tenants/acme`, { requestsPerMinute: 3 }, headers(stale));
      expect([second.status, second.body['code']]).toEqual([412, 'precondition-failed']);
    }
    for (const good of ['*', `"0", ${first.headers['etag'] ?? ''}`])
      expect((await ask(`${method} /admin/tenants/acme`, { requestsPerMinute: 2 }, headers(good))).status).toBe(200);
    expect((await ask('GET /admin/tenants/acme')).body).toMatchObject({ requestsPerMinute: 2 });
  });

  it('must be there, where any will do', async () => {
    const { ask } = adminOnFakes();
    expect((await ask('PUT /admin/tenants/acme', {}, headers('*'))).status).toBe(412);
    expect((await ask('GET /admin/tenants/acme')).status).toBe(404);
  });

  it('is changed by one of many that have read the same', async () => {
    const { ask } = adminOnFakes();
    const etag = (await ask('PUT /admin/tenants/acme', {})).headers['etag'] ?? '';
    const asked = Array.from({ length: 4 }, (_, each) =>
      ask('PATCH /admin/tenants/acme', { requestsPerMinute: each + 1 }, headers(etag)),
    );
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 412, 412, 412]);
  });
});
