import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FULL } from '../sizes.ts';
import { cellsOf, tableBegins } from './corpus/measure.ts';
import { accepted, acceptedOf, type Judged, mutantTable } from './mutants/accepted.ts';
import { changesOfCode } from './mutants/change-code.ts';
import { createJudge } from './mutants/judge.ts';
import { judgeAll } from './mutants/judge-all.ts';
import { FILES, type Mutant, mutantsOf } from './mutants/mutants.ts';

const changed = (source: string) =>
  changesOfCode(source).map(({ from, to, text }) => source.slice(0, from) + text + source.slice(to));

describe('a change', () => {
  it.each([
    ['a = 9;', ['a = 8;', 'a = 10;', ';']],
    ['if (a < b) c();', ['if (true) c();', 'if (false) c();', 'if (a <= b) c();', 'if (a < b) ;']],
    ['const a = !b && c === d;', ['!b || c === d', 'b && c === d', '!b && c !== d'].map((to) => `const a = ${to};`)],
    ['const a = [b, c];', ['const a = [c];', 'const a = [b, ];']],
    [
      String.raw`const a = /^b{1,3}[cd]/;`,
      ['b{1,3}[cd]', '^b{0,3}[cd]', '^b{2,3}[cd]', '^b{1,2}[cd]', '^b{1,4}[cd]', '^b{1,3}[d]', '^b{1,3}[c]'].map(
        (to) => `const a = /${to}/;`,
      ),
    ],
    [
      'const a = /(?:b|c)(?!d)?/;',
      ['(?:c)(?!d)?', '(?:b)(?!d)?', '(?:b|c)?', '(?:b|c)(?!d)', '(?:b|c)(?!d){0}'].map((to) => `const a = /${to}/;`),
    ],
  ])('of %j is one of one spot', (source, others) => {
    expect(changed(source).toSorted()).toEqual([...others].toSorted());
  });
});

const isRun = (_: Mutant, at: number, all: readonly Mutant[]) => at % Math.ceil(all.length / 2) === 0;

it.each(FILES.filter((file) => mutantsOf(file).length > 0))(
  'some changes of %s are seen, those that are known to be',
  (file) => {
    const unseen = new Set(acceptedOf(file));
    const judge = createJudge(file);
    const some = mutantsOf(file)
      .filter(({ title }) => !unseen.has(title))
      .filter(isRun);
    expect(some.filter(({ source }) => judge(source) === null).map(({ title }) => title)).toEqual([]);
  },
);

it('what is listed as unseen is a change of the code as it is, and has a reason', () => {
  for (const [file, reasons] of Object.entries(accepted)) {
    const titles = new Set(mutantsOf(file).map(({ title }) => title));
    expect(acceptedOf(file).filter((title) => !titles.has(title))).toEqual([]);
    for (const reason of Object.keys(reasons)) expect(reason).toMatch(/^[A-Z].{10,}\.$/);
  }
});

/** It takes minutes: `npm run test:full`. */
describe.runIf(FULL)('all changes', () => {
  const judged = new Map<string, Judged>();

  it.each(FILES)('of %s are seen, but those that are listed: node test/redaction/mutants/write-accepted.ts', (file) => {
    const verdict = judgeAll(file);
    judged.set(file, verdict);
    expect(verdict.unseen.toSorted()).toEqual(acceptedOf(file).toSorted());
  });

  it('are counted in docs/redaction.md', () => {
    const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/redaction.md'), 'utf8');
    const table = mutantTable(judged);
    const start = page.search(tableBegins(table));
    expect(cellsOf(page.slice(start, page.indexOf('\n\n', start)))).toEqual(cellsOf(table));
  });
});
