import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openApi } from '../../lib/api/openapi.ts';
import { apiSchemas } from '../../lib/api/schemas.ts';
import { loadConfig } from '../../lib/config.ts';
import { PROBLEMS } from '../../lib/http/problem.ts';
import { readRoutes } from '../../local/routes.ts';
import { code, codes, read, ROOT, tableOf } from './markdown.ts';

const api = read('docs/api.md');
const { RUN_TIMEOUT_MS } = loadConfig({});

interface Field {
  readonly [name: string]: unknown;
}
interface Shape {
  readonly properties: Readonly<Record<string, Field>>;
}
const schemas = apiSchemas(RUN_TIMEOUT_MS) as Readonly<Record<string, unknown>>;
const propertiesOf = (name: string) => (schemas[name] as Shape).properties;

/** The names in the first column of a table. */
const names = (...columns: [string, ...string[]]): string[] =>
  tableOf(api, ...columns).flatMap((row) => codes(row[columns[0]]));

it('docs/api.md has every error code with its status and title', () => {
  const rows = tableOf(api, 'code', 'status', 'title', 'in this version');
  const shown = Object.fromEntries(
    rows.map((row) => [code(row.code), { status: Number(row.status), title: row.title }]),
  );
  expect(shown).toEqual(PROBLEMS);
});

it('docs/api.md has every path that is served, and no other', () => {
  const served = readRoutes(read('serverless.yml').text).map(({ template }) => template);
  expect(names('path', 'method', 'scope', 'answer').sort()).toEqual(served.sort());
});

it('docs/api.md and the OpenAPI description know the same methods', () => {
  const paths = openApi('1', RUN_TIMEOUT_MS)['paths'] as Record<string, object>;
  const shown = tableOf(api, 'path', 'method', 'scope', 'answer').map((row) => [code(row.path), row.method]);
  const described = Object.entries(paths).map(([path, methods]) => [path, Object.keys(methods).join().toUpperCase()]);
  expect(shown).toEqual(described);
});

it.each<[string, string, [string, ...string[]]]>([
  ['the request', 'RunRequest', ['field', 'type', 'bounds and default']],
  ['the answer', 'RunAnswer', ['field', 'meaning']],
])('docs/api.md has every field of %s, and no other', (_title, schema, columns) => {
  expect(names(...columns).sort()).toEqual(Object.keys(propertiesOf(schema)).sort());
});

it('docs/api.md has every field of a step', () => {
  const { items } = propertiesOf('Trace')['steps'] as { items: Shape };
  expect(names('field', 'of', 'meaning').sort()).toEqual(Object.keys(items.properties).sort());
});

it('docs/api.md tells the counts of a run', () => {
  const usage = tableOf(api, 'field', 'meaning').find((row) => row.field === '`usage`');
  expect(codes(usage?.meaning).sort()).toEqual(Object.keys(propertiesOf('RunUsage')).sort());
});

it('docs/api.md has every event of a run, and no other', () => {
  const files = readdirSync(path.join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('.ts')).map((file) => read(path.join('lib', file)).text);
  const sent = new Set(sources.flatMap((text) => [...text.matchAll(/\bsend\('([\w.]+)'/g)].map(([, event]) => event)));
  expect(names('event', 'data', 'when').sort()).toEqual([...sent].sort());
});

const BOUNDS = ['minimum', 'maximum', 'minLength', 'maxLength', 'maxItems'];
const requested = tableOf(api, 'field', 'type', 'bounds and default');

it.each(requested)('docs/api.md tells the bounds of $field', (row) => {
  const field = propertiesOf('RunRequest')[code(row.field)] ?? {};
  const bounds = BOUNDS.flatMap((bound) => (typeof field[bound] === 'number' ? [field[bound]] : []));
  for (const bound of bounds) expect(row['bounds and default']).toContain(bound.toLocaleString('en-US'));
  if (Array.isArray(field['enum'])) expect(codes(row.type)).toEqual(field['enum']);
});
