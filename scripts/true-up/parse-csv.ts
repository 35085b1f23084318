import { TrueUpRefused } from './refused.ts';

/** A cell, quoted or not, and what ends it; a quote inside quotes is doubled. */
const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;

/** The rows of a CSV text as RFC 4180 has them, any line end, with or without a byte order mark; empty lines are left out. */
export const parseCsv = (text: string): string[][] => {
  const source = text.replace(/^\uFEFF/, '');
  const rows: string[][] = [];
  let row: string[] = [];
  CELL.lastIndex = 0;
  while (CELL.lastIndex < source.length || row.length > 0) {
    const cell = CELL.exec(source);
    if (cell === null) throw new TrueUpRefused(`Line ${rows.length + 1} of the report has a quote out of place.`);
    row.push(cell[1]?.replaceAll('""', '"') ?? cell[2] ?? '');
    if (cell[3] === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
};
