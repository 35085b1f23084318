import { describe, expect, it } from 'vitest';
import { adminOnFakes, NOON, refusals } from './admin-parts.ts';
import type { Asked } from './admin-parts.ts';

const DEFAULTS = {
  ...{ status: 'active', requestsPerMinute: null, tokensPerMinute: null, maxConcurrentRuns: null },
  ...{ userRequestsPerMinute: null, dailyBudgetUsd: null, monthlyBudgetUsd: null, userDailyBudgetUsd: null },
  ...{ allowedModels: null, allowedAgents: null, allowedTools: null, fallbackModels: null, maxModelCalls: null },
  ...{ maxRetries: null, cacheTtlSeconds: null, allowUnboundedFeatures: false, redactOutput: false },
  ...{ webhookUrl: null, shadow: [] },
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
