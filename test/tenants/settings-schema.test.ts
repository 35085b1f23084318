import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { describeIssues } from '../../lib/http/issues/describe-issue.ts';
import { SCOPES } from '../../lib/kernel/forms/scopes.ts';
import { keyRequestSchema, keySettingsOf } from '../../lib/tenants/key-schema.ts';
import { settingsIn } from '../../lib/tenants/settings-in.ts';
import { settingsOf, settingsSchema } from '../../lib/tenants/settings-schema.ts';
import { newTenant } from '../../lib/tenants/types.ts';

const NOW = Date.UTC(2026, 10, 20, 12);

/** The paths at which a body is refused; none where it is taken. */
const refusedAt = (schema: z.core.$ZodType, body: unknown): string[] => {
  const parsed = z.safeParse(schema, body);
  return parsed.success ? [] : describeIssues(parsed.error.issues).map(({ path }) => path);
};

const perMinute = { taken: [0, 1, 1_000_000, null], refused: [-1, 1_000_001, 1.5, '10', NaN] };
const usd = {
  taken: ['0', '0.000000000001', '999999999999.999999999999', null],
  refused: ['', '-1', '1e3', '.5', '1.', '0.0000000000001', '1000000000000', 1, ' 1'],
};
const names = {
  taken: [[], ['a'], Array.from({ length: 100 }, () => 'a'), ['x'.repeat(128)], null],
  refused: [Array.from({ length: 101 }, () => 'a'), 'a', {}],
};
const FIELDS: Readonly<Record<string, { readonly taken: readonly unknown[]; readonly refused: readonly unknown[] }>> = {
  name: { taken: ['a', 'Büro 🔑', 'x'.repeat(128), null], refused: ['', 'x'.repeat(129), 'a\nb', 'a\0', '\ud800', 1] },
  status: { taken: ['active', 'suspended'], refused: ['closed', null, true] },
  requestsPerMinute: perMinute,
  tokensPerMinute: perMinute,
  maxConcurrentRuns: { taken: [0, 1_000, null], refused: [-1, 1_001, 0.5] },
  userRequestsPerMinute: perMinute,
  dailyBudgetUsd: usd,
  monthlyBudgetUsd: usd,
  userDailyBudgetUsd: usd,
  sessionBudgetUsd: usd,
  budgetShards: { taken: [2, 16, null], refused: [1, 17, 2.5, '2'] },
  allowedModels: names,
  allowedAgents: names,
  allowedTools: names,
  fallbackModels: {
    taken: [{}, { a: [] }, { a: ['b', 'c'] }, { a: Array.from({ length: 100 }, () => 'b') }, null],
    refused: [
      [],
      { a: 'b' },
      { a: Array.from({ length: 101 }, () => 'b') },
      Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`m${at}`, []])),
      Object.fromEntries(Array.from({ length: 3 }, (_, at) => [`m${at}`, Array.from({ length: 67 }, () => 'b')])),
    ],
  },
  maxModelCalls: { taken: [1, 100, null], refused: [0, 101] },
  maxRetries: { taken: [0, 10, null], refused: [-1, 11] },
  cacheTtlSeconds: { taken: [0, 2_592_000, null], refused: [-1, 2_592_001] },
  allowUnboundedFeatures: { taken: [true, false], refused: [null, 'true', 1] },
  redactOutput: { taken: [true, false], refused: [null, 'no'] },
  redact: { taken: [['keys', 'email'], null], refused: [[], ['names'], 'keys', Array(7).fill('keys')] },
  webhookUrl: {
    taken: ['https://example.com/hook', 'http://localhost:8000/hook', `https://example.com/${'x'.repeat(2_028)}`, null],
    refused: [
      '',
      'http://example.com',
      'https://',
      'https://user@example.com',
      'https://user:pass@example.com',
      'javascript:alert(1)',
      '/hook',
      `https://example.com/${'x'.repeat(2_029)}`,
    ],
  },
  shadow: {
    taken: [[], ['rate', 'budget', 'redaction', 'input'], null],
    refused: [['all'], 'rate', Array(5).fill('rate')],
  },
};

const cases = (kind: 'taken' | 'refused') =>
  Object.entries(FIELDS).flatMap(([field, values]) =>
    values[kind].map((value) => [field, JSON.stringify(value)?.slice(0, 40), value] as const),
  );

describe('the settings of a tenant', () => {
  it('have each of their fields among these cases', () => {
    expect(Object.keys(FIELDS).sort()).toEqual(Object.keys(settingsSchema.shape).sort());
  });

  it.each(cases('taken'))('take %s of %s', (field, _shown, value) => {
    expect(refusedAt(settingsSchema, { [field]: value })).toEqual([]);
  });

  it.each(cases('refused'))('refuse %s of %s, and say where', (field, _shown, value) => {
    const paths = refusedAt(settingsSchema, { [field]: value });
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) expect(path.split('.')[0]).toBe(field);
  });

  it('have no unknown field, and none that Ballast itself keeps', () => {
    const body = { tenantId: 'a', version: 1, cacheVersion: 1, createdAt: 1, updatedAt: 1, budget: 1 };
    expect(refusedAt(settingsSchema, body).sort()).toEqual(Object.keys(body).sort());
  });

  it('are a new tenant’s own where nothing is said', () => {
    expect(settingsOf({}, 'acme')).toEqual(settingsIn(newTenant('acme', NOW)));
  });

  it('are the same for null as for what is left out', () => {
    const nulls = Object.entries(FIELDS).flatMap(([field, { taken }]) => (taken.includes(null) ? [[field, null]] : []));
    expect(nulls).toHaveLength(20);
    const parsed = z.parse(settingsSchema, Object.fromEntries(nulls));
    expect(settingsOf(parsed, 'acme')).toEqual(settingsOf({}, 'acme'));
  });

  it('have the stage’s budgets where nobody names one, and none where it is null', () => {
    const budgets = { dailyBudgetUsd: '5.00', monthlyBudgetUsd: '100' };
    expect(settingsOf({}, 'acme', budgets)).toMatchObject({ dailyBudgetUsd: '5', monthlyBudgetUsd: '100' });
    expect(settingsOf({ dailyBudgetUsd: null, monthlyBudgetUsd: '0' }, 'acme', budgets)).toMatchObject({
      dailyBudgetUsd: null,
      monthlyBudgetUsd: '0',
    });
  });

  it('keep zero apart from no limit, and write money without needless zeros', () => {
    const set = settingsOf(
      { requestsPerMinute: 0, maxRetries: 0, dailyBudgetUsd: '0.00', monthlyBudgetUsd: '010.50' },
      'a',
    );
    expect(set).toMatchObject({ requestsPerMinute: 0, maxRetries: 0, dailyBudgetUsd: '0', monthlyBudgetUsd: '10.5' });
  });
});

describe('the body for a new key', () => {
  const schema = keyRequestSchema(() => NOW);
  const name = 'ci';

  it.each([
    [{ name }],
    [{ name, scopes: ['admin'] }],
    [{ name, scopes: [...SCOPES] }],
    [{ name, expiresAt: '2026-11-20T12:00:00.001Z' }],
    [{ name, expiresAt: '2028-02-29T00:00:00Z' }],
    [{ name, expiresAt: null, requestsPerMinute: null, dailyBudgetUsd: null }],
    [{ name, requestsPerMinute: 0, dailyBudgetUsd: '0' }],
  ])('is taken: %j', (body) => {
    expect(refusedAt(schema, body)).toEqual([]);
  });

  it.each([
    ['name', {}],
    ['name', { name: null }],
    ['name', { name: '' }],
    ['name', { name: 'x'.repeat(129) }],
    ['scopes', { name, scopes: [] }],
    ['scopes', { name, scopes: null }],
    ['scopes.1', { name, scopes: ['runs:read', 'root'] }],
    ['expiresAt', { name, expiresAt: '2026-11-20T12:00:00.000Z' }],
    ['expiresAt', { name, expiresAt: '2020-01-01T00:00:00Z' }],
    ['expiresAt', { name, expiresAt: '2027-02-30T00:00:00Z' }],
    ['expiresAt', { name, expiresAt: '2027-01-01T24:00:00Z' }],
    ['expiresAt', { name, expiresAt: '2027-01-01' }],
    ['expiresAt', { name, expiresAt: '2027-01-01T00:00:00+01:00' }],
    ['expiresAt', { name, expiresAt: NOW + 1 }],
    ['requestsPerMinute', { name, requestsPerMinute: -1 }],
    ['dailyBudgetUsd', { name, dailyBudgetUsd: '1,5' }],
    ['key', { name, key: 'bk_mine' }],
    ['keyId', { name, keyId: 'key_mine' }],
    ['tenantId', { name, tenantId: 'other' }],
  ])('is refused at %s: %j', (path, body) => {
    expect(refusedAt(schema, body)).toEqual([path]);
  });

  it('grants all scopes but admin unless it says which', () => {
    expect(keySettingsOf({ name }).scopes).toEqual(SCOPES.filter((scope) => scope !== 'admin'));
    expect(keySettingsOf({ name, scopes: ['admin', 'runs:read', 'admin'] }).scopes).toEqual(['runs:read', 'admin']);
  });
});
