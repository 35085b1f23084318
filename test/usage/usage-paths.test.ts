import { expect, it } from 'vitest';
import { usagePaths, usageSchemas } from '../../lib/api/paths/usage-paths.ts';
import { writeCursor } from '../../lib/kernel/cursor.ts';
import { usageFunction } from '../functions/report-usage-parts.ts';
import { record, toolRecord } from './records.ts';

interface Schema {
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** Names of all members, nested ones with their path; lists by their first element. */
const shapeOf = (value: unknown, path = ''): string[] => {
  if (Array.isArray(value)) return shapeOf(value[0], `${path}[]`);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [`${path}.${name}`, ...shapeOf(member, `${path}.${name}`)]);
};
const describedBy = ({ properties = {}, required = [], items }: Schema, path = ''): string[] => {
  if (items) return describedBy(items, `${path}[]`);
  expect(required).toEqual(Object.keys(properties));
  return Object.entries(properties).flatMap(([name, member]) => [
    `${path}.${name}`,
    ...describedBy(member, `${path}.${name}`),
  ]);
};

it.each([
  ['/usage', 'acme', 'UsageReport'],
  ['/usage?groupBy=tool', 'acme', 'ToolUsageReport'],
  ['/usage/budget', 'acme', 'Budget'],
  ['/usage/budget?groupBy=key', 'acme', 'GroupBudgets'],
  ['/admin/usage', 'acme-admin', 'StageUsageReport'],
])('%s answers exactly the members that are described', async (target, key, schema) => {
  const { get, usage, tools } = usageFunction();
  const at = Date.parse('2026-11-20T11:00:00.000Z');
  await usage.add(record({ at }));
  await tools.add(toolRecord({ at }));
  const { status, body } = await get(target, key);
  expect(status).toBe(200);
  expect(shapeOf(body).sort()).toEqual(describedBy(usageSchemas[schema] as Schema).sort());
});

it('every parameter that is described is taken, and no other', async () => {
  const { get } = usageFunction();
  const examples: Readonly<Record<string, string>> = {
    from: '2026-11-01',
    to: '2026-11-02',
    limit: '5',
    tenant: 'acme',
    format: 'json',
    model: 'claude-opus-5-5',
    keyId: 'key-1',
    answered: 'true',
    userId: 'ann',
  };
  const cursorOf = (path: string) => {
    if (path === '/usage/calls') return writeCursor('1763636400000 ');
    return writeCursor(path.endsWith('/budget') ? '0 a' : 'a');
  };
  /** What a parameter needs beside it. */
  const besides = (path: string, name: string) =>
    path.endsWith('/budget') && ['limit', 'cursor'].includes(name) ? '&groupBy=user' : '';
  for (const [path, item] of Object.entries(usagePaths)) {
    const { parameters: all = [] } = item['get'] as { parameters?: readonly { name: string; in: string }[] };
    const parameters = all.filter((parameter) => parameter.in === 'query');
    const key = path.startsWith('/admin') ? 'acme-admin' : 'acme';
    const taken: string[] = [];
    const groupBy = path.endsWith('/budget') ? 'key' : 'day';
    for (const [name, value] of Object.entries({ ...examples, groupBy, cursor: cursorOf(path) })) {
      const target = `${path.replace('{tenantId}', 'acme')}?${name}=${value}${besides(path, name)}`;
      if ((await get(target, key)).status === 200) taken.push(name);
    }
    expect(taken.sort()).toEqual(parameters.map(({ name }) => name).sort());
  }
});
