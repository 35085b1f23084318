import { familyOf } from '../../lib/pricing/pricing.ts';
import type { TokenUsage } from '../../lib/usage/record.ts';
import { type DayOfModel, KINDS } from './counts.ts';
import { parseCsv } from './parse-csv.ts';
import { TrueUpRefused } from './refused.ts';

/** Columns of the usage export of the Claude Console, as seen in public copies of it in 2026. */
const COLUMNS: Readonly<Record<keyof TokenUsage, string>> = {
  inputTokens: 'usage_input_tokens_no_cache',
  outputTokens: 'usage_output_tokens',
  cacheReadInputTokens: 'usage_input_tokens_cache_read',
  cacheWrite5mInputTokens: 'usage_input_tokens_cache_write_5m',
  cacheWrite1hInputTokens: 'usage_input_tokens_cache_write_1h',
  webSearchRequests: 'web_search_count',
};
const DAY = 'usage_date_utc';
const MODEL = 'model_version';

/** Keeps the rows with these names, where an organisation uses more than one. */
export interface ReportFilter {
  readonly api_key?: string | undefined;
  readonly workspace?: string | undefined;
}

const countIn = (text: string, column: string, line: number): number => {
  // An empty cell is none.
  if (!/^\d{0,15}$/.test(text.trim()))
    throw new TrueUpRefused(`Row ${line} of the report has no whole number at ${column}.`);
  return Number(text);
};

const dayIn = (text: string, line: number): string => {
  const day = /^\d{4}-\d{2}-\d{2}(?=$|[T ])/.exec(text.trim())?.[0];
  if (day === undefined || Number.isNaN(Date.parse(day))) {
    throw new TrueUpRefused(`Row ${line} of the report has no date as 2026-11-20 at ${DAY}.`);
  }
  return day;
};

/** Reads the provider's usage report by the names of its columns, in any order; a `TrueUpRefused` names all that are missing. */
export const readReport = (text: string, filter: ReportFilter = {}): DayOfModel[] => {
  const [header = [], ...rows] = parseCsv(text);
  const names = header.map((name) => name.trim());
  const wanted = Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const needed = [DAY, MODEL, ...Object.values(COLUMNS), ...wanted.map(([column]) => column)];
  const missing = needed.filter((name) => !names.includes(name));
  if (missing.length > 0) throw new TrueUpRefused(`The report lacks the columns ${missing.join(', ')}.`);
  return rows.flatMap((row, at) => {
    // As in a spreadsheet: the header is row 1.
    const line = at + 2;
    if (row.length !== names.length)
      throw new TrueUpRefused(`Row ${line} of the report has not as many cells as its header.`);
    const cell = (column: string) => row[names.indexOf(column)] ?? '';
    if (wanted.some(([column, value]) => cell(column) !== value)) return [];
    const counts = Object.fromEntries(KINDS.map((kind) => [kind, countIn(cell(COLUMNS[kind]), COLUMNS[kind], line)]));
    return [
      {
        day: dayIn(cell(DAY), line),
        model: familyOf(cell(MODEL).trim()),
        counts: counts as Record<keyof TokenUsage, number>,
      },
    ];
  });
};
