/** Begins what a spreadsheet would run as a formula; a tab and a carriage return are skipped by some before they look. */
const FORMULA = /^[=+\-@\t\r]/;
const QUOTED = /[",\r\n]/;

const cell = (value: string | number): string => {
  if (typeof value === 'number') return String(value);
  const harmless = FORMULA.test(value) ? `'${value}` : value;
  return QUOTED.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};

/** A decimal of money as a cell that is a number, whatever its sign. */
const AMOUNT = /^-?\d+(?:\.\d+)?$/;

/**
 * Rows as RFC 4180 has them, with a header and CRLF. Text in the columns `texts` is kept from being run as a formula by a
 * leading apostrophe; figures stand as they are.
 */
export const csvOf = (
  columns: readonly string[],
  rows: readonly Readonly<Record<string, string | number>>[],
  texts: readonly string[],
): string => {
  const cellOf = (column: string, value: string | number) =>
    typeof value === 'string' && !texts.includes(column) && AMOUNT.test(value) ? value : cell(value);
  return [columns, ...rows.map((row) => columns.map((column) => cellOf(column, row[column] ?? '')))]
    .map((cells) => `${cells.join(',')}\r\n`)
    .join('');
};

/** Whether the caller wants CSV rather than JSON. */
export const wantsCsv = (accept: string | undefined): boolean =>
  (accept ?? '')
    .split(',')
    .some((range) => /^\s*text\/csv\s*(;|$)/i.test(range) && !/;\s*q=0(\.0*)?\s*(;|$)/i.test(range));
