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
  expect(rows.length).toBeGreaterThan(65);
  for (const row of rows) expect(row.map((cell) => cell.length > 5)).toEqual([true, true, true]);
});

/** What guides to production ask for, in the words of the page's own lines. */
const ASKED_FOR = [
  'retried left-alone limit-of-the-provider answers-where cannot time-limit loop-ends crash environment-ends stopped-from-outside',
  'conversation once nothing-secret before-they-happened structured found-by-time line-of-the-source collector in-a-log',
  'success-rate one-page each-run errors-by-kind memory own-metrics notified what-to-do health retire',
  'tracked may day stage hears known-before right-model cache dropped bill itself-costs',
  'limited authenticated vault input output injected people-approve HTTPS administers stored forgotten hole',
  'settings-by-stage without-the-provider pipeline load taken-back restore connection scales starves what-is-deployed API at-night',
].flatMap((area) => area.split(' ').map((words) => words.replaceAll('-', ' ')));

it.each(ASKED_FOR)('there is a line about %s', (words) => {
  const lines = rowsOf(PAGE).map(([line = '']) => line.toLowerCase().replaceAll('-', ' '));
  expect(lines.filter((line) => line.includes(words.toLowerCase()))).not.toEqual([]);
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
