import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { labelText, REDACTION_CLASSES } from '../../lib/redaction/classes.ts';
import { DETECTORS } from '../../lib/redaction/detectors/by-class.ts';
import { redact } from '../../lib/redaction/redactor.ts';
import { createScanner, type Dispatch, dispatchOf } from '../../lib/redaction/scanner.ts';
import { makeLookAlikes, makeSecrets } from './corpus/make-corpus.ts';
import { cellsOf, measuredTable, tableBegins } from './corpus/measure.ts';
import { lookAlikes, redactedTextOf, secrets, sources, textOf } from './corpus/read-corpus.ts';
import { EDGES } from './edges/edges.ts';
import { publishedTable } from './published/measure-published.ts';

it('the corpus has at least 300 secrets and 300 look-alikes, a third of them held out', () => {
  for (const entries of [secrets, lookAlikes]) {
    expect(entries.length).toBeGreaterThanOrEqual(300);
    expect(entries.filter(({ heldOut }) => heldOut).length).toBeGreaterThan(0.3 * entries.length);
  }
});

it('each kind of either names who documents it', () => {
  expect(new Set(secrets.map(({ kind }) => kind))).toEqual(new Set(Object.keys(sources.secrets)));
  expect(new Set(lookAlikes.map(({ kind }) => kind))).toEqual(new Set(Object.keys(sources.lookAlikes)));
  for (const source of Object.values({ ...sources.secrets, ...sources.lookAlikes })) expect(source).toMatch(/\w{3}/);
});

it('the files of the corpus are what its makers make: node test/redaction/corpus/write-corpus.ts', () => {
  expect(secrets).toEqual(makeSecrets());
  expect(lookAlikes).toEqual(makeLookAlikes());
});

describe.each([...new Set(secrets.map(({ kind }) => kind))])('secrets of the kind %s', (kind) => {
  const ours = secrets.filter((entry) => entry.kind === kind);

  it('are replaced by their label, and nothing else changes', () => {
    expect(ours.map((entry) => redact(textOf(entry), REDACTION_CLASSES))).toEqual(ours.map(redactedTextOf));
  });

  it('do not change once more', () => {
    for (const entry of ours) {
      const once = redact(textOf(entry), REDACTION_CLASSES);
      expect(redact(once, REDACTION_CLASSES)).toBe(once);
    }
  });
});

it.each([...new Set(lookAlikes.map(({ kind }) => kind))])('look-alikes of the kind %s stay as they are', (kind) => {
  const ours = lookAlikes.filter((entry) => entry.kind === kind).map(({ text }) => text);
  expect(ours.map((text) => redact(text, REDACTION_CLASSES))).toEqual(ours);
});

/** A secret key of AWS beside its id: one is known by the other. */
const PAIR = [
  `${'AK'}IA${'Q3EXAMPLE7TESTKE'},${'9hK2/sV0'.repeat(5)}`,
  '[REDACTED_API_KEY],[REDACTED_API_KEY]',
] as const;
const known = [...secrets.map((entry) => [textOf(entry), redactedTextOf(entry)] as const), PAIR, ...EDGES];

const redactBy = (dispatch: Dispatch, text: string): string => {
  let out = '';
  const copy = (from: number, to: number) => void (out += text.slice(from, to));
  createScanner(dispatch, { copy, replace: (label) => void (out += labelText(label)) }).read(text, 0, true);
  return out;
};

const all = REDACTION_CLASSES.flatMap((name) => DETECTORS[name]);

it.each(
  all.map((detector, at) => ({ at, label: detector.label, first: String.fromCharCode(detector.starts.indexOf(1)) })),
)(
  'each detector is needed: without no. $at ($label, from $first) a secret of the corpus or the edges is missed',
  ({ at }) => {
    const others = dispatchOf(all.filter((_, other) => other !== at));
    const missed = known.filter(([text, redacted]) => redactBy(others, text) !== redacted);
    expect(missed).not.toEqual([]);
  },
);

it('docs/redaction.md has precision and recall as they are measured', () => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/redaction.md'), 'utf8');
  for (const table of [measuredTable(), publishedTable()]) {
    const start = page.search(tableBegins(table));
    expect(cellsOf(page.slice(start, page.indexOf('\n\n', start)))).toEqual(cellsOf(table));
  }
});
