import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { STOP_REASONS } from '../../lib/agent/loop/stop-reasons.ts';
import { openApi } from '../../lib/api/openapi.ts';
import { apiSchemas } from '../../lib/api/schemas/api-schemas.ts';
import { loadConfig } from '../../lib/config.ts';
import { ANTHROPIC_TYPES } from '../../lib/http/response/anthropic-error.ts';
import { PROBLEMS } from '../../lib/http/response/problem.ts';
import { createPriceTable } from '../../lib/pricing/price-table.ts';
import { viewPrice } from '../../lib/pricing/price-view.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
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

it('docs/api.md has the error type of every code under /v1', () => {
  const shown = tableOf(api, 'error type', 'codes').flatMap((row) =>
    codes(row.codes).map((each) => [each, code(row['error type'])]),
  );
  expect(Object.fromEntries(shown)).toEqual(ANTHROPIC_TYPES);
});

it('docs/api.md and the OpenAPI description have every member of a price', () => {
  const price = viewPrice(createPriceTable(PUBLISHED_PRICES), 'claude-haiku-5-5', Date.UTC(2026, 10, 20));
  const [band = {}] = price?.bands ?? [];
  const described = (openApi('1', RUN_TIMEOUT_MS)['components'] as { schemas: Record<string, Shape> }).schemas[
    'Pricing'
  ];
  const bands = described?.properties['bands']?.['items'] as Shape;
  expect(names('member of `pricing`', 'meaning')).toEqual(Object.keys(price ?? {}));
  expect(Object.keys(described?.properties ?? {})).toEqual(Object.keys(price ?? {}));
  expect(Object.keys(bands.properties)).toEqual(Object.keys(band));
  const told = tableOf(api, 'member of `pricing`', 'meaning').find((row) => row.meaning?.includes('overPromptTokens'));
  expect(codes(told?.meaning)).toEqual(Object.keys(band));
});

/** What answers 404 in words that help: told in a part of its own. */
const NOT_OFFERED = /^\/(?:v1\/|v1\/messages\/)\{proxy\+\}$|^\/(?:messages|models)(?:\/|$)/;

it('docs/api.md has every path that is served, and no other', () => {
  const routes = readRoutes(read('serverless.yml').text).map(({ template }) => template);
  const served = routes.filter((template) => !NOT_OFFERED.test(template));
  expect(routes.length - served.length).toBe(6);
  expect(names('path', 'method', 'scope', 'answer').sort()).toEqual(served.sort());
});

it('docs/api.md and the OpenAPI description know the same methods', () => {
  const paths = openApi('1', RUN_TIMEOUT_MS)['paths'] as Record<string, object>;
  // In OpenAPI a parameter that takes the rest of the path is written as any other.
  const shown = tableOf(api, 'path', 'method', 'scope', 'answer').map((row) => [
    code(row.path).replace('+}', '}'),
    row.method,
  ]);
  const described = Object.entries(paths).map(([path, methods]) => [
    path,
    Object.keys(methods).join(', ').toUpperCase(),
  ]);
  expect(shown).toEqual(described);
});

it.each<[string, string, [string, ...string[]]]>([
  ['the request', 'RunRequest', ['field', 'type', 'bounds and default']],
  ['the answer', 'RunAnswer', ['field', 'meaning']],
  ['a tenant’s settings', 'TenantSettings', ['setting', 'type', 'bounds and default', 'meaning']],
  ['the request for a key', 'KeyRequest', ['field of a key', 'type', 'bounds and default']],
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
  const sent = new Set(
    sources.flatMap((text) => [...text.matchAll(/\bsend\('([a-z]+(?:\.[a-z]+)?)'/g)].map(([, event]) => event)),
  );
  expect(names('event', 'data', 'when').sort()).toEqual([...sent].sort());
});

it('docs/api.md has every stop reason, and whether its run is complete', () => {
  const rows = tableOf(api, '`stopReason`', '`status`', 'meaning');
  const shown = Object.fromEntries(rows.map((row) => [code(row['`stopReason`']), code(row['`status`'])]));
  expect(shown).toEqual(Object.fromEntries(Object.entries(STOP_REASONS).map(([name, { status }]) => [name, status])));
});

const BOUNDS = ['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'maxProperties'];
/** A field's own schema, or that of what it is when it is not `null`. */
const plain = (field: Field = {}): Field => (field['anyOf'] as Field[] | undefined)?.[0] ?? field;

const bounded = [
  ...tableOf(api, 'field', 'type', 'bounds and default').map((row) => ({ ...row, schema: 'RunRequest' })),
  ...tableOf(api, 'setting', 'type', 'bounds and default', 'meaning').map((row) => ({
    ...row,
    field: row.setting,
    schema: 'TenantSettings',
  })),
  ...tableOf(api, 'field of a key', 'type', 'bounds and default').map((row) => ({
    ...row,
    field: row['field of a key'],
    schema: 'KeyRequest',
  })),
];

it.each(bounded)('docs/api.md tells the bounds of $field in $schema', (row) => {
  const field = plain(propertiesOf(row.schema)[code(row.field)]);
  const bounds = BOUNDS.flatMap((bound) => (typeof field[bound] === 'number' ? [field[bound]] : []));
  for (const bound of bounds) expect(row['bounds and default']).toContain(bound.toLocaleString('en-US'));
  const options = (field['items'] as Field | undefined)?.['enum'] ?? field['enum'];
  if (Array.isArray(options)) expect(codes(row.type)).toEqual(options);
});

it('docs/api.md has every action of the audit, and no other', () => {
  const noted = /(?:action: |note\(\w+, )'([\w.-]+)'|actor, '([\w.-]+)'/g;
  const begins = [
    'lib/administration/administer-',
    'lib/durable-run/control-run',
    'scripts/forget-tenant/forget-tenant',
  ];
  const sources = begins.flatMap((begin) =>
    readdirSync(path.join(ROOT, path.dirname(begin)))
      .filter((file) => file.startsWith(path.basename(begin)))
      .map((file) => read(`${path.dirname(begin)}/${file}`).text),
  );
  const actions = sources
    .flatMap((text) => [...text.matchAll(noted)].flatMap(([, ...found]) => found))
    .filter((action) => action?.includes('.'));
  expect(names('action', 'target', 'changes').sort()).toEqual([...new Set(actions)].sort());
});
