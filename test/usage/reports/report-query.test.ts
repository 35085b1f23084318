import { expect, it } from 'vitest';
import { AppError } from '../../../lib/kernel/errors.ts';
import { readAdminQuery, readUsageQuery, refuseQuery } from '../../../lib/usage/reports/report-query.ts';

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const range = (from: string, to: string) => ({ from: Date.parse(from), to: Date.parse(to) });

const issuesOf = (act: () => unknown): readonly { path: string; message: string }[] => {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid-request') return error.issues;
    throw error;
  }
  return [];
};

it('without parameters it is this month up to today, by day', () => {
  expect(readUsageQuery(null, NOW, false)).toEqual({
    range: range('2026-11-01', '2026-11-21'),
    groupBy: ['day'],
    limit: 1_000,
    cursor: null,
    csv: false,
  });
  expect(readAdminQuery({}, NOW, false)).toMatchObject({ groupBy: 'tenant', tenant: null });
});

it('CSV without a limit gets as much as one answer may hold', () => {
  expect(readUsageQuery(null, NOW, true).limit).toBe(10_000);
  expect(readUsageQuery({ limit: '3' }, NOW, true).limit).toBe(3);
});

it('both days are included, and a lone `to` begins with its own month', () => {
  expect(readUsageQuery({ from: '2026-02-28', to: '2026-02-28' }, NOW, false).range).toEqual(
    range('2026-02-28', '2026-03-01'),
  );
  expect(readUsageQuery({ to: '2026-08-15' }, NOW, false).range).toEqual(range('2026-08-01', '2026-08-16'));
});

it.each([
  ['day', ['day']],
  ['month', ['month']],
  ['session', ['session']],
  ['metadata.team', ['metadata.team']],
  ['model,user', ['model', 'user']],
  ['metadata.a.b,day', ['metadata.a.b', 'day']],
  ['tool', 'tool'],
] as const)('groups by %s', (groupBy, expected) => {
  expect(readUsageQuery({ groupBy }, NOW, false).groupBy).toEqual(expected);
});

it.each([
  [{ from: '2026-11-31' }, 'from'],
  [{ from: '2026-02-29' }, 'from'],
  [{ from: '20261101' }, 'from'],
  [{ from: '2026-11-01T00:00:00Z' }, 'from'],
  [{ from: '' }, 'from'],
  [{ to: 'today' }, 'to'],
  [{ from: '2026-11-21', to: '2026-11-20' }, 'from'],
  [{ from: '2026-12-01' }, 'from'],
  [{ from: '2025-11-19', to: '2026-11-20' }, 'from'],
  [{ groupBy: 'tenant' }, 'groupBy'],
  [{ groupBy: '' }, 'groupBy'],
  [{ groupBy: 'metadata.' }, 'groupBy'],
  [{ groupBy: 'model,model' }, 'groupBy'],
  [{ groupBy: 'model,tool' }, 'groupBy'],
  [{ groupBy: 'model,' }, 'groupBy'],
  [{ groupBy: 'model,user,day' }, 'groupBy'],
  [{ groupBy: 'model, user' }, 'groupBy'],
  [{ limit: '0' }, 'limit'],
  [{ limit: '-1' }, 'limit'],
  [{ limit: '1e3' }, 'limit'],
  [{ limit: '10001' }, 'limit'],
  [{ tenant: 'other' }, 'tenant'],
  [{ userId: 'x' }, 'userId'],
])('%j is refused at %s', (query, path) => {
  expect(issuesOf(() => readUsageQuery(query, NOW, false)).map((issue) => issue.path)).toEqual([path]);
});

it('a whole leap year is allowed, and every wrong parameter is named at once', () => {
  expect(issuesOf(() => readUsageQuery({ from: '2027-03-01', to: '2028-02-29' }, NOW, false))).toEqual([]);
  const wrong = issuesOf(() => readUsageQuery({ from: 'x', limit: 'x', more: 'x' }, NOW, false));
  expect(wrong.map(({ path }) => path).sort()).toEqual(['from', 'limit', 'more']);
});

it('an administrator groups by tenant, day, month or model over all tenants, and by more of one', () => {
  expect(readAdminQuery({ groupBy: 'model' }, NOW, false)).toMatchObject({ tenant: null, groupBy: ['model'] });
  expect(readAdminQuery({ groupBy: 'month' }, NOW, false)).toMatchObject({ tenant: null, groupBy: ['month'] });
  for (const groupBy of ['agent', 'key', 'user', 'session', 'month', 'metadata.team', 'model,user'])
    expect(readAdminQuery({ tenant: 'acme', groupBy }, NOW, false).groupBy).toEqual(groupBy.split(','));
  const alone = [{ groupBy: 'user' }, { groupBy: 'model,day' }, { groupBy: 'tool' }];
  for (const query of [
    ...alone,
    { tenant: 'acme', groupBy: 'tool' },
    { tenant: 'ACME' },
    { tenant: '' },
    { tenant: 'a/b' },
  ])
    expect(issuesOf(() => readAdminQuery(query, NOW, false))).toHaveLength(1);
  expect(issuesOf(() => refuseQuery({ from: '2026-11-01' }))).toHaveLength(1);
  refuseQuery(null);
});
