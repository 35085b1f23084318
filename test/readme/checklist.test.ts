import { expect, it } from 'vitest';
import { RUNBOOK } from '../../lib/alerts/alarm/runbook.ts';
import { codes, type Document, read } from './markdown.ts';

const PAGE = read('docs/production-checklist.md');

/** Where a name stands that the page may speak of, in back-quotes. */
const KNOWN = new Set(
  ['docs/configuration.md', 'docs/api.md', 'docs/agents.md', 'docs/operations.md', 'docs/alarms.md', 'docs/deploy.md']
    .flatMap((file) => codes(read(file).text.replaceAll(/^```[\s\S]*?^```$/gm, '')))
    .flatMap((code) => [code, ...(code.match(/[A-Za-z][\w-]*/g) ?? [])]),
);

/** The rows of all its tables. */
const rowsOf = ({ text }: Document): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (?:line|-)/.test(line))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );

const alarmsIn = (text: string): string[] =>
  [...text.matchAll(/alarms? ((?:`[a-z0-9-]+`(?:, )?)+)/g)].flatMap(([, list]) => codes(list));

const pathsIn = (text: string): string[] => codes(text).filter((code) => /^(?:GET|POST) \//.test(code));

/** What the page names that nothing else knows. */
const unknownIn = (document: Document): string[] => {
  const { text } = document;
  const alarms = alarmsIn(text).filter((name) => !Object.hasOwn(RUNBOOK, name));
  const paths = pathsIn(text).filter((call) => !read('docs/api.md').text.includes(`\`${call.replace(/^\w+ /, '')}\``));
  const names = codes(text).filter((code) => /^[A-Za-z][\w-]*$/.test(code));
  const others = names.filter((name) => !KNOWN.has(name) && !alarmsIn(text).includes(name));
  return [...alarms, ...paths, ...others];
};

it('each line of the checklist says how, and how to see it', () => {
  const rows = rowsOf(PAGE);
  expect(rows.length).toBeGreaterThan(45);
  for (const row of rows) expect(row.map((cell) => cell.length > 5)).toEqual([true, true, true]);
});

it('each alarm, path and setting that it names is there', () => {
  expect(alarmsIn(PAGE.text).length).toBeGreaterThan(15);
  expect(pathsIn(PAGE.text).length).toBeGreaterThan(3);
  expect(unknownIn(PAGE)).toEqual([]);
});

it.each([
  ['a setting', '`NO_SUCH_SETTING`'],
  ['a field', '`noSuchField`'],
  ['an alarm', 'alarm `no-such-alarm`'],
  ['a path', '`GET /no/such/path`'],
])('%s that is not there is found', (_what, text) => {
  expect(unknownIn({ path: 'docs/x.md', text })).not.toEqual([]);
});
