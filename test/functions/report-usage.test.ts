import { beforeEach, describe, expect, it } from 'vitest';
import { stageAccount } from '../../lib/budget/account.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import { viewStageDay } from '../../lib/budget/view.ts';
import { minus, parseUsd } from '../../lib/kernel/money.ts';
import { reservationOf } from '../budget/parts.ts';
import { record, toolRecord } from '../usage/records.ts';
import { usageFunction } from './report-usage-parts.ts';

const at = Date.parse('2026-11-20T11:00:00.000Z');

let served: ReturnType<typeof usageFunction>;
beforeEach(async () => {
  served = usageFunction();
  const { usage, tools } = served;
  await usage.add(record({ at, userId: 'zoe', cost: parseUsd('0.10') }));
  await usage.add(record({ at, attemptId: 'run_02:1:1', userId: '=1+1', cost: parseUsd('0.000000000001') }));
  await usage.add(record({ at: Date.parse('2026-11-02'), attemptId: 'run_03:1:2', cost: parseUsd('2') }));
  await usage.add(record({ at: Date.parse('2026-10-31'), attemptId: 'run_04:1:1', cost: parseUsd('9') }));
  await usage.add(record({ at, tenantId: 'globex', cost: parseUsd('77'), userId: 'not-theirs' }));
  await tools.add(toolRecord({ at }));
});

const row = (key: string, requests: number, attempts: number, costUsd: string) => ({
  key,
  requests,
  inputTokens: attempts * 10,
  outputTokens: attempts * 20,
  cacheReadInputTokens: 0,
  cacheCreationInputTokens: 0,
  costUsd,
  estimatedUsd: '0',
  adjustedUsd: '0',
});

describe('GET /usage', () => {
  it('tells this month by day, with totals and request id', async () => {
    const { status, body, headers } = await served.get('/usage');
    expect(status).toBe(200);
    const { key: _, ...totals } = row('', 2, 3, '2.100000000001');
    expect(body).toEqual({
      currency: 'USD',
      from: '2026-11-01',
      to: '2026-11-20',
      totals,
      groups: [row('2026-11-02', 0, 1, '2'), row('2026-11-20', 2, 2, '0.100000000001')],
      nextCursor: null,
    });
    expect(headers['request-id']).toMatch(/^req_/);
    expect(headers['cache-control']).toBe('no-store');
  });

  it('includes both days that it is asked for', async () => {
    const { body } = await served.get('/usage?from=2026-10-31&to=2026-11-02');
    expect(body['groups']).toEqual([row('2026-10-31', 1, 1, '9'), row('2026-11-02', 0, 1, '2')]);
  });

  it('pages the groups, and every page has the totals of all', async () => {
    const first = await served.get('/usage?groupBy=user&limit=2');
    expect((first.body['groups'] as { key: string }[]).map(({ key }) => key)).toEqual(['', '=1+1']);
    const next = await served.get(`/usage?groupBy=user&limit=2&cursor=${String(first.body['nextCursor'])}`);
    expect((next.body['groups'] as { key: string }[]).map(({ key }) => key)).toEqual(['zoe']);
    expect(next.body['nextCursor']).toBeNull();
    expect(next.body['totals']).toEqual(first.body['totals']);
  });

  it('tells calls, errors, mean and p95 of tools', async () => {
    const { body } = await served.get('/usage?groupBy=tool');
    expect(body['groups']).toMatchObject([
      { key: 'calculate', calls: 1, errors: 0, meanMs: 3 },
      { key: 'get_weather', calls: 1, errors: 1, meanMs: 812 },
    ]);
    expect(body['totals']).toMatchObject({ calls: 2, errors: 1, meanMs: 407.5 });
  });

  it('is CSV where that is asked for, safe to open and without totals', async () => {
    const { status, headers, text } = await served.get('/usage?groupBy=user&limit=2', 'acme', { Accept: 'text/csv' });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    expect(text.split('\r\n')).toEqual([
      'tenant,from,to,currency,user,requests,inputTokens,outputTokens,cacheReadInputTokens,cacheCreationInputTokens,costUsd,estimatedUsd,adjustedUsd',
      'acme,2026-11-01,2026-11-20,USD,,0,10,20,0,0,2,0,0',
      "acme,2026-11-01,2026-11-20,USD,'=1+1,1,10,20,0,0,0.000000000001,0,0",
      '',
    ]);
    const cursor = headers['next-cursor'] ?? '';
    const rest = await served.get(`/usage?groupBy=user&cursor=${cursor}`, 'acme', { accept: 'text/csv' });
    expect(rest.text.split('\r\n')[1]).toBe('acme,2026-11-01,2026-11-20,USD,zoe,1,10,20,0,0,0.1,0,0');
    expect(rest.headers['next-cursor']).toBeUndefined();
  });

  it('groups by two dimensions at once, by session and by metadata', async () => {
    const { usage, get } = usageFunction();
    const labels = { sessionId: 's-1', metadata: { team: 'red' } };
    await usage.add(record({ at, labels, userId: 'ann' }));
    await usage.add(record({ at, attemptId: 'run_02:1:1', userId: 'ann', model: 'claude-opus-5-5' }));
    const groups = async (by: string) => (await get(`/usage?groupBy=${by}`)).body['groups'];
    expect(await groups('model,user')).toMatchObject([
      { key: ['claude-opus-5-5', 'ann'], requests: 1 },
      { key: ['claude-sonnet-5-5', 'ann'], requests: 1 },
    ]);
    expect(await groups('session')).toMatchObject([{ key: '' }, { key: 's-1', requests: 1 }]);
    const { text } = await get('/usage?groupBy=metadata.team,month&format=csv');
    expect(text.split('\r\n').slice(0, 3)).toEqual([
      'tenant,from,to,currency,metadata.team,month,requests,inputTokens,outputTokens,cacheReadInputTokens,cacheCreationInputTokens,costUsd,estimatedUsd,adjustedUsd',
      'acme,2026-11-01,2026-11-20,USD,,2026-11,1,10,20,0,0,0.000001,0,0',
      'acme,2026-11-01,2026-11-20,USD,red,2026-11,1,10,20,0,0,0.000001,0,0',
    ]);
    const first = await get('/usage?groupBy=model,user&limit=1');
    const rest = await get(`/usage?groupBy=model,user&cursor=${String(first.body['nextCursor'])}`);
    expect(rest.body['groups']).toMatchObject([{ key: ['claude-sonnet-5-5', 'ann'] }]);
    const admin = await get('/admin/usage?tenant=acme&groupBy=user', 'acme-admin');
    expect(admin.body['groups']).toMatchObject([{ key: 'ann', requests: 2 }]);
  });

  it('adds days up to months, and is CSV by its query too', async () => {
    const { text } = await served.get('/usage?groupBy=month&format=csv&from=2026-10-01&to=2026-11-20');
    const [head, october, november] = text.split('\r\n');
    expect(head).toMatch(/^tenant,from,to,currency,month,requests/);
    expect(october).toBe('acme,2026-10-01,2026-11-20,USD,2026-10,1,10,20,0,0,9,0,0');
    expect(november).toBe('acme,2026-10-01,2026-11-20,USD,2026-11,2,30,60,0,0,2.100000000001,0,0');
    expect((await served.get('/usage?format=json', 'acme', { accept: 'text/csv' })).body['currency']).toBe('USD');
  });

  it('tells which part of the costs no answer confirmed, adjustments taken off, and what they have changed', async () => {
    const { usage, get } = usageFunction();
    const parts = [
      record({ at, cost: parseUsd('1') }),
      record({ at, attemptId: 'run_02:1:1', cost: parseUsd('2'), estimated: 'cut' }),
      record({ at, attemptId: 'run_03:1:1', cost: parseUsd('5'), estimated: 'lost' }),
      // Its owner came late: it had cost 1, and had been answered.
      record({
        at,
        attemptId: 'run_03:1:1:adjusted',
        cost: minus(parseUsd('1'), parseUsd('5')),
        estimatedCost: minus(parseUsd('0'), parseUsd('5')),
      }),
    ];
    for (const each of parts) await usage.add(each);
    const shown = { costUsd: '4', estimatedUsd: '2', adjustedUsd: '-4' };
    expect((await get('/usage')).body['totals']).toMatchObject(shown);
    const months = await get('/admin/usage?groupBy=month', 'acme-admin');
    expect(months.body['groups']).toMatchObject([{ key: '2026-11', ...shown }]);
  });

  it('says nothing of another tenant, whatever is asked', async () => {
    for (const groupBy of ['day', 'model', 'agent', 'key', 'user', 'tool']) {
      const { text } = await served.get(`/usage?groupBy=${groupBy}`);
      expect(text).not.toMatch(/77|not-theirs|globex/);
    }
    expect((await served.get('/usage?tenant=globex')).status).toBe(400);
    expect((await served.get('/usage?tenantId=globex')).status).toBe(400);
    expect((await served.get('/usage', 'globex')).body['totals']).toMatchObject({ costUsd: '77' });
  });

  it('has zeros and no groups where nothing was used', async () => {
    const { body } = await served.get('/usage?from=2025-12-01&to=2025-12-31');
    expect(body).toMatchObject({ totals: { requests: 0, costUsd: '0' }, groups: [] });
    const tools = await served.get('/usage?groupBy=tool&from=2025-12-01&to=2025-12-31');
    expect(tools.body['totals']).toEqual({ calls: 0, errors: 0, meanMs: 0, p95Ms: 0 });
  });
});

describe('what is refused', () => {
  it.each([
    ['/usage?from=2026-11-31', 'from'],
    ['/usage?to=20261120', 'to'],
    ['/usage?from=2026-11-20&to=2026-11-19', 'from'],
    ['/usage?from=2025-01-01&to=2026-11-19', 'from'],
    ['/usage?groupBy=tenant', 'groupBy'],
    ['/usage?limit=0', 'limit'],
    ['/usage?cursor=nonsense', 'cursor'],
    ['/usage?group_by=day', 'group_by'],
    ['/usage/budget?from=2026-11-01', 'from'],
    ['/usage/budget?groupBy=model', 'groupBy'],
    ['/usage/budget?groupBy=key&limit=1001', 'limit'],
    ['/usage/budget?groupBy=key&cursor=nonsense', 'cursor'],
    // Alone they would have no effect.
    ['/usage/budget?limit=5', 'limit'],
    ['/usage/calls?limit=201', 'limit'],
    ['/usage/calls?user=ada', 'user'],
    ['/usage/calls?cursor=nonsense', 'cursor'],
  ])('%s is 400 at %s', async (target, path) => {
    const { status, body } = await served.get(target);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid-request', errors: [{ path }] });
  });

  it('of calls is told at each parameter with its bound', async () => {
    const long = 'x'.repeat(257);
    const { body } = await served.get(`/usage/calls?model=&keyId=${long}&userId=${long}&answered=yes&limit=0`);
    expect(body['errors']).toEqual([
      { path: 'model', message: 'must be 1 to 128 characters' },
      { path: 'keyId', message: 'must be 1 to 128 characters' },
      { path: 'userId', message: 'must be 1 to 256 characters' },
      { path: 'answered', message: 'must be true or false' },
      { path: 'limit', message: 'must be a whole number from 1 to 200' },
    ]);
  });

  it.each([
    ['/usage', '', 401],
    ['/usage', 'nobody', 401],
    ['/usage', 'acme-weak', 403],
    ['/usage', 'acme-admin', 403],
    ['/usage/budget', 'acme-weak', 403],
    ['/admin/tenants/acme/budget', 'acme', 403],
    ['/admin/tenants/acme/budget', 'acme-weak', 403],
    ['/admin/usage', 'acme', 403],
    ['/admin/usage', 'acme-weak', 403],
    ['/admin/usage', 'nobody', 401],
  ])('%s with the key "%s" is %i', async (target, key, status) => {
    expect((await served.get(target, key)).status).toBe(status);
  });

  it.each(['/usage', '/usage/budget', '/admin/usage'])('%s takes GET alone', async (target) => {
    const { status, headers } = await served.get(target, 'acme', {}, 'POST');
    expect(status).toBe(405);
    expect(headers['allow']).toBe('GET');
  });
});

const viewGroups = async () => ({ groups: [], last: null });
const viewStage = async () => null;

describe('GET /usage/budget', () => {
  it('is what the budget of the caller’s own tenant says', async () => {
    const asked: string[] = [];
    const period = (limitUsd: string) => ({
      limitUsd,
      spentUsd: '1',
      reservedUsd: '0.5',
      remainingUsd: '0.5',
      forecastUsd: '2.5',
      resetsAt: '2026-11-21T00:00:00.000Z',
    });
    const view = async ({ tenantId }: { tenantId: string }) => {
      asked.push(tenantId);
      return { day: period('2'), month: period('20') };
    };
    const { status, body } = await usageFunction({ budgets: { view, viewGroups, viewStage } }).get(
      '/usage/budget',
      'globex',
    );
    expect({ status, body, asked }).toEqual({
      status: 200,
      body: { day: period('2'), month: period('20') },
      asked: ['globex'],
    });
  });
});

describe('GET /admin/tenants/{tenantId}/budget', () => {
  it('is what the budget of that tenant says', async () => {
    const period = (spentUsd: string) => ({
      limitUsd: null,
      spentUsd,
      reservedUsd: '0',
      remainingUsd: null,
      forecastUsd: null,
      resetsAt: '2026-11-21T00:00:00.000Z',
    });
    const SPENT: Readonly<Record<string, string>> = { acme: '1', globex: '3.5' };
    const view = async ({ tenantId }: { tenantId: string }) => ({
      day: period(SPENT[tenantId] ?? '0'),
      month: period('20'),
    });
    const { get } = usageFunction({ budgets: { view, viewGroups, viewStage } });
    const { status, body } = await get('/admin/tenants/globex/budget', 'acme-admin');
    expect([status, body]).toEqual([200, { day: period('3.5'), month: period('20') }]);
  });

  it.each([
    ['/admin/tenants/nobody/budget', 404],
    ['/admin/tenants/NOBODY/budget', 400],
    ['/admin/tenants/acme/budget?from=2026-11-01', 400],
  ])('%s is %i', async (target, status) => {
    expect((await usageFunction().get(target, 'acme-admin')).status).toBe(status);
  });
});

describe('GET /admin/usage', () => {
  it('tells what is left of the budget of the stage, and nobody but an administrator', async () => {
    const store = createMemoryBudgetStore();
    const now = Date.parse('2026-11-20T12:00:00.000Z');
    const account = stageAccount();
    for (const [attemptId, amount] of [
      ['run_01:1:1', '3'],
      ['run_02:1:1', '0.5'],
    ] as const) {
      const held = reservationOf('acme', { attemptId, amount: parseUsd(amount), at: now });
      await store.reserve(account, held);
      if (attemptId === 'run_01:1:1') await store.settle(account, held, parseUsd('2.5'));
    }
    const view = async () => ({ day: stageBudget, month: stageBudget });
    const stageBudget = {
      limitUsd: '10',
      spentUsd: '2.5',
      reservedUsd: '0.5',
      remainingUsd: '7',
      forecastUsd: '5',
      resetsAt: '2026-11-21T00:00:00.000Z',
    };
    const budgets = { view, viewGroups, viewStage: (at: number) => viewStageDay(store, parseUsd('10'), at) };
    const { get } = usageFunction({ budgets });
    for (const query of ['', '?tenant=acme', '?limit=1&groupBy=day'])
      expect((await get(`/admin/usage${query}`, 'acme-admin')).body).toMatchObject({ stageBudget });
    expect((await get('/usage')).body).not.toHaveProperty('stageBudget');
    expect((await get('/admin/usage?format=csv', 'acme-admin')).text).not.toContain('stageBudget');
    expect((await usageFunction().get('/admin/usage', 'acme-admin')).body).toMatchObject({ stageBudget: null });
    expect(await viewStageDay(store, null, now)).toBeNull();
  });

  it('tells what each tenant used, or one of them', async () => {
    const { status, body } = await served.get('/admin/usage', 'acme-admin');
    expect(status).toBe(200);
    expect(body['groups']).toMatchObject([
      { key: 'acme', requests: 2, costUsd: '2.100000000001' },
      { key: 'globex', requests: 1, costUsd: '77' },
    ]);
    expect(body['totals']).toMatchObject({ costUsd: '79.100000000001' });
    const one = await served.get('/admin/usage?tenant=globex&groupBy=model', 'acme-admin');
    expect(one.body['groups']).toMatchObject([{ key: 'claude-sonnet-5-5', costUsd: '77' }]);
    const days = await served.get('/admin/usage?groupBy=day&to=2026-11-20', 'acme-admin', { accept: 'text/csv' });
    expect(days.text).toContain('2026-11-20,3,30,60,0,0,77.100000000001,0,0\r\n');
  });

  it('knows no tenant that is not there, and refuses what it does not group by', async () => {
    expect((await served.get('/admin/usage?tenant=initech', 'acme-admin')).status).toBe(404);
    expect((await served.get('/admin/usage?groupBy=user', 'acme-admin')).status).toBe(400);
    expect((await served.get('/admin/usage?tenant=A', 'acme-admin')).body).toMatchObject({
      errors: [{ path: 'tenant' }],
    });
  });
});

it('a store that does not answer is told as that, with nothing of why', async () => {
  const inHour = async function* () {
    yield* [];
    throw new Error('secret detail');
  };
  const broken = usageFunction({ usage: { inHour } });
  const { status, text } = await broken.get('/usage');
  expect(status).toBe(500);
  expect(text + broken.lines.join('')).not.toContain('secret detail');
});
