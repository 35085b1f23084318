/** A row of the API's answer: `key` (a list for two dimensions) and figures; money is a string. */
export type Row = Readonly<Record<string, string | number | readonly string[]>>;

/** What a terminal would act on, an end user's id included, is shown as a mark. */
const shown = (value: Row[string]): string =>
  // oxlint-disable-next-line no-control-regex -- these are what must not reach a terminal
  String(value).replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');

const keyOf = (key: Row[string] = ''): string =>
  [key]
    .flat()
    .map((value) => shown(value) || '(none)')
    .join(' / ');

/** Groups and their total as a table of aligned columns: the key to the left, figures to the right. */
export const tableOf = (title: string, groups: readonly Row[], totals: Row): string => {
  const columns = Object.keys(totals);
  const lines = [
    [title, ...columns],
    ...groups.map((row) => [keyOf(row['key']), ...columns.map((name) => shown(row[name] ?? ''))]),
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
