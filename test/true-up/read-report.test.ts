import { describe, expect, it } from 'vitest';
import { readReport } from '../../scripts/true-up/read-report.ts';
import { HEADER, reportOf, row } from './report.ts';

describe("the provider's usage report", () => {
  it('is read by day and family of a model, every kind of usage in its place', () => {
    const report = reportOf(row('2026-11-20', 'claude-haiku-4-5-20251001', [1, 2, 3, 4, 5, 6]));
    expect(readReport(report)).toEqual([
      {
        day: '2026-11-20',
        model: 'claude-haiku-4-5',
        counts: {
          inputTokens: 1,
          cacheWrite5mInputTokens: 2,
          cacheWrite1hInputTokens: 3,
          cacheReadInputTokens: 4,
          outputTokens: 5,
          webSearchRequests: 6,
        },
      },
    ]);
  });

  it('may have its columns in another order, more of them, instants for days and empty cells for nothing', () => {
    const columns = [...HEADER].reverse();
    const cells = columns.map((column) =>
      column === 'usage_date_utc' ? '2026-11-20T13:00:00Z' : column === 'usage_output_tokens' ? '7' : '',
    );
    const [first] = readReport(`${columns.join(',')},new\n${cells.join(',')},x\n`);
    expect(first).toMatchObject({ day: '2026-11-20', counts: { inputTokens: 0, outputTokens: 7 } });
  });

  it('names every column that it lacks', () => {
    const report = reportOf().replace('usage_output_tokens,', '').replace('model_version,', '');
    expect(() => readReport(report)).toThrow('The report lacks the columns model_version, usage_output_tokens.');
    expect(() => readReport('day,cost\n')).toThrow(/lacks the columns usage_date_utc, model_version, usage_input/);
    expect(() => readReport('')).toThrow(/lacks the columns/);
  });

  it('is cut down to one key or workspace, whose columns it must then have', () => {
    const report = reportOf(
      row('2026-11-20', 'claude-opus-5-5', [1, 0, 0, 0, 0, 0], 'Ballast', 'Prod'),
      row('2026-11-20', 'claude-opus-5-5', [2, 0, 0, 0, 0, 0], 'Ballast', 'Dev'),
      row('2026-11-20', 'claude-opus-5-5', [4, 0, 0, 0, 0, 0], 'Another', 'Prod'),
    );
    const inputs = (filter: object) => readReport(report, filter).map(({ counts }) => counts.inputTokens);
    expect(inputs({ api_key: 'Ballast' })).toEqual([1, 2]);
    expect(inputs({ workspace: 'Prod' })).toEqual([1, 4]);
    expect(inputs({ api_key: 'Ballast', workspace: 'Prod' })).toEqual([1]);
    expect(inputs({})).toEqual([1, 2, 4]);
    expect(() => readReport(report.replace('api_key', 'key'), { api_key: 'Ballast' })).toThrow(
      'lacks the columns api_key.',
    );
  });

  it.each([
    [
      'a figure with a fraction',
      row('2026-11-20', 'm', [1.5, 0, 0, 0, 0, 0]),
      'no whole number at usage_input_tokens_no_cache',
    ],
    ['a negative figure', row('2026-11-20', 'm', [0, 0, 0, 0, -1, 0]), 'no whole number at usage_output_tokens'],
    ['a date of another form', row('20/11/2026', 'm', [0, 0, 0, 0, 0, 0]), 'no date as 2026-11-20 at usage_date_utc'],
    ['a day that is none', row('2026-11-40', 'm', [0, 0, 0, 0, 0, 0]), 'no date as 2026-11-20 at usage_date_utc'],
    ['a row that is cut', '2026-11-20,m', 'not as many cells as its header'],
  ])('is refused for %s, its row named', (_, wrong, reason) => {
    const report = reportOf(row('2026-11-20', 'm', [0, 0, 0, 0, 0, 0]), wrong);
    expect(() => readReport(report)).toThrow(`Row 3 of the report has ${reason}.`);
  });
});
