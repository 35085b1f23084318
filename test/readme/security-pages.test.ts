import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { flawsOf, linesOf, readSecurityData, type SecurityData } from '../../scripts/security/checklists.ts';
import { checklistsPage, withThreats } from '../../scripts/security/pages.ts';
import { read, ROOT } from './markdown.ts';

const fromDisk = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const data = readSecurityData(fromDisk);
const [owasp, lens] = data.checklists;

/** The data with one file changed. */
const planted = (name: string, from: string, to: string) => (): SecurityData =>
  readSecurityData((file) => {
    const text = fromDisk(file);
    if (!file.endsWith(name)) return text;
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
    return text.replace(from, to);
  });

describe('the security pages', () => {
  it('are what the data of docs/security makes them: npm run security-pages', () => {
    expect(read('docs/security-checklists.md').text).toBe(checklistsPage(data));
    expect(read('SECURITY.md').text).toBe(withThreats(read('SECURITY.md').text, data));
  });

  it('walk every line of both sources', () => {
    const counted = (list: SecurityData['checklists'][number] | undefined) =>
      list?.groups.map(({ id, lines }) => `${id} ${lines.length}`);
    expect(counted(owasp)).toEqual(
      [9, 8, 9, 9, 7, 9, 9, 10, 9, 7].map((lines, at) => `ASI${`${at + 1}`.padStart(2, '0')} ${lines}`),
    );
    expect(counted(lens)).toEqual([3, 3, 4, 2, 2, 4, 5, 2, 5].map((lines, at) => `AGENTSEC0${at + 1} ${lines}`));
    for (const { groups } of data.checklists)
      for (const { id, lines } of groups)
        expect(lines.map((line) => line.id)).toEqual(
          lines.map((_, at) => (id.startsWith('ASI') ? `${id}.${at + 1}` : `${id}-BP0${at + 1}`)),
        );
  });

  it('name tests that are there, by words of their titles', () => {
    expect(flawsOf(data, ROOT)).toEqual([]);
    const said = data.checklists.flatMap(linesOf).filter(({ verdict }) => verdict === 'yes');
    expect(said.length).toBeGreaterThan(15);
  });

  it('have an attacker for each of the seven that the policy names, and say what stays open', () => {
    expect(data.threats.map(({ who }) => who)).toEqual([
      'A caller with a key',
      'An end user',
      'The author of what a tool reads',
      'A provider, or a proxy before it, that lies',
      "An operator's mistake",
      'A dependency',
      'Another tenant',
    ]);
  });
});

describe('the data is refused', () => {
  it.each([
    ['without a verdict', 'owasp.yml', "verdict: 'no'\n", ''],
    ['with another verdict', 'owasp.yml', "verdict: 'no'", 'verdict: mostly'],
    [
      'with a yes without a test',
      'aws-lens.yml',
      'verdict: partly\n        says: Callers',
      "verdict: 'yes'\n        says: Callers",
    ],
    [
      'with a no without a reason',
      'owasp.yml',
      '        why: It is a pattern under research.',
      '        because: It is.',
    ],
    ['with a threat that nothing stops', 'threats.yml', '      tests: [scopes]\n', ''],
  ])('%s', (_title, name, from, to) => {
    expect(planted(name, from, to)).toThrow();
  });

  it.each([
    [
      'a file that is not there',
      'tests.yml',
      'test/agent/flow/pairs.test.ts',
      'test/agent/flow/gone.test.ts',
      'there is no test/agent/flow/gone.test.ts.',
    ],
    [
      'a title that is not there',
      'tests.yml',
      'title: nor with people who agree',
      'title: and with people who agree',
      'has no test "and with people',
    ],
    [
      'a name that nobody knows',
      'owasp.yml',
      'tests: [changedAgent]',
      'tests: [changedAgents]',
      'There is no test changedAgents',
    ],
    ['a line that is there twice', 'owasp.yml', 'id: ASI01.2', 'id: ASI01.1', 'ASI01.1 is there twice.'],
  ])('with %s', (_title, name, from, to, flaw) => {
    expect(flawsOf(planted(name, from, to)(), ROOT).join('\n')).toContain(flaw);
  });

  it('with a test that no line names', () => {
    const unused = { file: 'test/readme/security-pages.test.ts', title: 'with a test that no line names' };
    expect(flawsOf({ ...data, tests: { ...data.tests, unused } }, ROOT)).toEqual(['No line names the test unused.']);
  });
});
