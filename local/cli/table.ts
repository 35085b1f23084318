import type { Paint } from '../../lib/telemetry/terminal/paint.ts';
import { printable } from '../../lib/telemetry/terminal/printable.ts';

/** What a cell shows; nothing is a dash. */
export type Cell = string | number | boolean | null | undefined;

export interface TableOptions {
  /** How wide a line may be; `null`: as wide as it is. */
  readonly columns: number | null;
  readonly paint: Pick<Paint, 'bold'>;
}

const GAP = 2;
/** Narrower, a column says nothing. */
const MIN_WIDTH = 8;

/** In one line, without what a terminal would act on. */
const shown = (cell: Cell): string =>
  cell === null || cell === undefined || cell === '' ? '-' : printable(String(cell)).replaceAll(/[\n\r\t]+/g, ' ');

const total = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width + GAP, -GAP);

/** Takes from the widest column, until all fit or none can give more. */
const fitted = (widths: readonly number[], columns: number): number[] => {
  const fit = [...widths];
  while (total(fit) > columns) {
    const widest = Math.max(...fit);
    if (widest <= MIN_WIDTH) break;
    const second = Math.max(MIN_WIDTH, ...fit.filter((width) => width < widest));
    const over = total(fit) - columns;
    fit[fit.indexOf(widest)] = Math.max(MIN_WIDTH, widest - Math.max(1, Math.min(over, widest - second)));
  }
  return fit;
};

const cut = (text: string, width: number): string => (text.length > width ? `${text.slice(0, width - 1)}…` : text);

const isFigure = (text: string): boolean => /^[-$]?[\d.,]*\d(?: (?:ms|s|%))?$|^-$/.test(text);

/** Aligned columns under a head: figures to the right, cut to the terminal where one is there. */
export const table = (
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  { columns, paint }: TableOptions,
): string => {
  const texts = rows.map((row) => head.map((_, at) => shown(row[at])));
  const widest = head.map((name, at) => Math.max(name.length, ...texts.map((row) => row[at]?.length ?? 0)));
  const widths = columns === null ? widest : fitted(widest, columns);
  const right = head.map((_, at) => texts.length > 0 && texts.every((row) => isFigure(row[at] ?? '')));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => {
        const width = widths[at] ?? 0;
        const text = cut(cell, width);
        return right[at] ? text.padStart(width) : text.padEnd(width);
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  return [paint.bold(line(head)), ...texts.map(line)].map((text) => `${text}\n`).join('');
};

/** Names and what they are, one pair a line. */
export const pairs = (entries: readonly (readonly [name: string, value: Cell])[]): string => {
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${shown(value)}\n`).join('');
};
