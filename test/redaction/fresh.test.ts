import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { REDACTION_CLASSES } from '../../lib/redaction/classes.ts';
import { cellsOf, tableBegins } from './corpus/measure.ts';
import { makeFresh } from './fresh/make-fresh.ts';
import { freshTable, lookAlikes, missed, secrets, touched } from './fresh/measure-fresh.ts';

it('the files are what their maker makes', async () => {
  for (const [name, text] of Object.entries(await makeFresh())) {
    expect(readFileSync(path.join(import.meta.dirname, 'fresh', name), 'utf8')).toBe(text);
  }
});

it('there are secrets of each class, and look-alikes, none twice, a third held out, each with a source', () => {
  expect(secrets.length).toBeGreaterThanOrEqual(330);
  expect(lookAlikes.length).toBeGreaterThanOrEqual(330);
  expect(new Set(secrets.map((one) => one.class))).toEqual(new Set(REDACTION_CLASSES));
  expect(new Set(secrets.map(({ secret }) => secret.join(''))).size).toBe(secrets.length);
  expect(new Set(lookAlikes.map(({ text }) => text)).size).toBe(lookAlikes.length);
  for (const all of [secrets, lookAlikes]) {
    expect(all.filter((one) => one.heldOut).length).toBe(Math.floor(all.length / 3));
    for (const { source } of all) expect(source).toMatch(/\w{3}/);
  }
});

it('what is missed and what is touched is what docs/redaction.md says in words', () => {
  expect(missed()).toEqual({ 'connection-string': 1, email: 1, card: 2 });
  expect(touched()).toEqual([]);
});

it('docs/redaction.md has precision and recall as they are measured', () => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/redaction.md'), 'utf8');
  const table = freshTable();
  const start = page.search(tableBegins(table));
  expect(cellsOf(page.slice(start, page.indexOf('\n\n', start)))).toEqual(cellsOf(table));
});
