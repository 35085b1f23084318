import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { RUN_RETENTION_MS } from '../../lib/app/stores.ts';
import { RETENTION_MS } from '../../lib/idempotency/idempotency.ts';
import { STALE_KEPT_MS } from '../../lib/response-cache/answer.ts';
import { EVENTS_KEPT_MS } from '../../lib/runs/ended/erase-content.ts';
import { MAY_BE } from '../api/canaries.ts';
import { readDeclaredStage } from '../privilege/declared-stage.ts';
import { grantsOf } from '../privilege/policy.ts';
import { listed, page } from './data-page.ts';
import { codes, ROOT, tableOf } from './markdown.ts';

const TABLES: Readonly<Record<string, string>> = { RunsTable: 'runs', ControlTable: 'control', LedgerTable: 'ledger' };
const WRITES = new Set(['dynamodb:PutItem', 'dynamodb:UpdateItem']);

it('the page lists each partition that a function may write, and no other', () => {
  const written = [...readDeclaredStage().statements.values()]
    .flat()
    .flatMap(grantsOf)
    .filter(({ action }) => WRITES.has(action))
    .map(({ resource, key }) => `${TABLES[resource] ?? resource} ${String(key)}`);
  expect(new Set(listed.map(({ table, partition }) => `${table} ${partition}`))).toEqual(new Set(written));
});

/** Whose name each line is about, in their order. */
const NAMES = ['userId', 'subject', 'erasedUser', 'keyName', 'tenantName'] as const;

it('the page says of each name where it is stored, as the canaries of names are found', () => {
  const rows = tableOf(page, 'name', 'stored in', 'shown by').map((row) =>
    codes(row['stored in']).map((kind) => kind.replace('*/run_* ', '').replace(/\*$/, '')),
  );
  const inTables = NAMES.map((name) => MAY_BE[name].filter((place) => /^(?:runs|control|ledger) /.test(place)));
  expect(rows.map((row) => row.toSorted())).toEqual(inTables.map((places) => places.toSorted()));
});

/** How the sort keys begin that stores of a room give their items. */
const sortKeysIn = (room: string): Set<string> => {
  const directory = path.join(ROOT, 'lib', room);
  const sources = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(path.join(directory, name), 'utf8'));
  const literals = sources.flatMap((source) => [
    ...source.matchAll(/\bsk: '(\w+)'/g),
    ...source.matchAll(/\bsk: `(\w+#)/g),
    ...source.matchAll(/_PREFIX = '(\w+#)'/g),
  ]);
  return new Set(literals.map(([, begins = '']) => begins.replace(/#$/, '#*')));
};

it.each([
  ['runs', '*/run_*'],
  ['sessions', 'session#*'],
])('the page lists each kind of item that lib/%s writes into %s, and no other', (room, partition) => {
  const kinds = listed.filter((row) => row.partition === partition).map(({ sort }) => sort);
  expect(new Set(kinds)).toEqual(sortKeysIn(room));
  expect(kinds).toHaveLength(new Set(kinds).size);
});

const HOUR_MS = 3_600_000;
const keptFor = (partition: string, sort = '') =>
  listed.find((row) => row.partition === partition && row.sort === sort)?.keptFor;

it('the page says how long as the code does', () => {
  expect(RUN_RETENTION_MS).toBe(30 * 24 * HOUR_MS);
  expect(keptFor('*/run_*', 'run')).toBe('30 days after its end');
  expect(EVENTS_KEPT_MS).toBe(HOUR_MS);
  expect(keptFor('*/run_*', 'o#*')).toMatch(/^an hour after its end/);
  expect(keptFor('*/run_*', 'e#*')).toMatch(/^30 days after its end/);
  expect([RETENTION_MS, keptFor('idem#*')]).toEqual([24 * HOUR_MS, '24 hours']);
  expect([STALE_KEPT_MS, keptFor('cache#*')]).toEqual([24 * HOUR_MS, expect.stringContaining('24 hours')]);
  const days = /retentionPeriodInDays: (\d+)/.exec(readFileSync(path.join(ROOT, 'serverless.yml'), 'utf8'))?.[1];
  expect(page.text).toContain(`for ${days} day after its end`);
});
