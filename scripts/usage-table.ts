/** A row of the API's answer: `key` and figures; money is a string. */
export type Row = Readonly<Record<string, string | number>>;

/** What a terminal would act on, an end user's id included, is shown as a mark. */
const shown = (value: string | number): string =>
  // eslint-disable-next-line no-control-regex -- these are what must not reach a terminal
  String(value).replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');

/** Groups and their total as a table of aligned columns: the key to the left, figures to the right. */
export const tableOf = (title: string, groups: readonly Row[], totals: Row): string => {
  const columns = Object.keys(totals);
  const lines = [
    [title, ...columns],
    ...groups.map((row) => [shown(row['key'] ?? '') || '(none)', ...columns.map((name) => shown(row[name] ?? ''))]),
    ['total', ...columns.map((name) => shown(totals[name] ?? ''))],
  ];
  const widths = lines[0]?.map((_, at) => Math.max(...lines.map((cells) => cells[at]?.length ?? 0))) ?? [];
  const line = (cells: readonly string[]) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ');
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  const [head = [], ...rest] = lines;
  const body = rest.map(line);
  return [line(head), rule, ...body.slice(0, -1), rule, ...body.slice(-1)]
    .map((text) => `${text.trimEnd()}\n`)
    .join('');
};
