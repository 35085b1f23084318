/** One part of the report: a table, what its lines mean, and which of the project's limits were passed. */
export interface Section {
  readonly title: string;
  /** What each column is; the first is left-aligned, the others are figures. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly meaning: string;
  /** A sentence for each limit that does not hold; empty when all do. */
  readonly breaches: readonly string[];
}

/** A sentence when `value` is above `limit`, for `breaches`. */
export const atMost = (what: string, value: number, limit: number): string[] =>
  value <= limit ? [] : [`${what} is ${value.toFixed(2)}, and may be at most ${limit}.`];

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The section as Markdown. */
export const renderSection = ({ title, columns, rows, meaning, breaches }: Section): string =>
  [
    `## ${title}\n`,
    line(columns),
    line(columns.map((_, at) => (at === 0 ? '---' : '---:'))),
    ...rows.map(line),
    `\n${meaning}`,
    ...breaches.map((breach) => `\n**Limit passed:** ${breach}`),
  ].join('\n');
