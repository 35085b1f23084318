import { expect, it } from 'vitest';
import { csvOf, wantsCsv } from '../../../lib/usage/reports/csv.ts';

const line = (key: string) => csvOf(['key'], [{ key }], ['key']).slice('key\r\n'.length);

it.each([
  ['plain text', 'user-1', 'user-1\r\n'],
  ['a comma', 'a,b', '"a,b"\r\n'],
  ['a quote', 'a"b', '"a""b"\r\n'],
  ['a line break', 'a\r\nb', '"a\r\nb"\r\n'],
  ['nothing', '', '\r\n'],
  ['a formula', '=1+1', "'=1+1\r\n"],
  ['a formula with a comma', '=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"\r\n'],
  ['a plus', '+1', "'+1\r\n"],
  ['a minus', '-1', "'-1\r\n"],
  ['an at sign', '@SUM(A1)', "'@SUM(A1)\r\n"],
  ['a tab before a formula', '\t=1', "'\t=1\r\n"],
  ['a carriage return before a formula', '\r=1', '"\'\r=1"\r\n'],
])('a cell with %s cannot break its row or run in a spreadsheet', (_title, key, expected) => {
  expect(line(key)).toBe(expected);
});

it('figures stand as they are, also below zero', () => {
  const rows = [{ key: 'a', calls: -3, costUsd: '-0.5' }];
  expect(csvOf(['key', 'calls', 'costUsd'], rows, ['key'])).toBe('key,calls,costUsd\r\na,-3,-0.5\r\n');
});

it.each([
  [undefined, false],
  ['application/json', false],
  ['text/csv', true],
  ['application/json, TEXT/CSV; q=0.5', true],
  ['text/csv;q=0', false],
  ['text/csvx', false],
])('Accept %s asks for CSV: %s', (accept, wanted) => {
  expect(wantsCsv(accept)).toBe(wanted);
});
