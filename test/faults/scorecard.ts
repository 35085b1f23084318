import { FAULTS } from './faults.ts';
import type { Cell } from './lane.ts';

/** The table as text: what came of each fault by each way to ask, with its attempts (of the asked model + its stand-in) and its time. */
export interface Scorecard {
  readonly header: readonly string[];
  readonly lines: readonly (readonly string[])[];
  /** How many cells of each verdict. */
  readonly totals: string;
}

const shown = (cell: Cell | undefined): string => {
  if (cell === undefined) return 'not run';
  const [asked, standIn] = cell.attempts;
  return `${cell.verdict}, ${asked}${standIn > 0 ? `+${standIn}` : ''}, ${Math.round(cell.ms)} ms`;
};

export const scorecardOf = (cells: readonly Cell[], ways: readonly string[]): Scorecard => {
  const count = (verdict: string) => cells.filter((cell) => cell.verdict === verdict).length;
  return {
    header: ['fault', ...ways],
    lines: FAULTS.map(({ name }, row) => [
      name,
      ...ways.map((way) => shown(cells.find((cell) => cell.row === row && cell.way === way))),
    ]),
    totals: `${count('pass')} pass, ${count('safe')} safe, ${count('fail')} fail`,
  };
};

/** In columns, for a terminal. */
export const asText = ({ header, lines, totals }: Scorecard): string => {
  const all = [header, ...lines];
  const widths = header.map((_, column) => Math.max(...all.map((line) => (line[column] ?? '').length)));
  const row = (line: readonly string[]) =>
    line
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [...all.map(row), '', totals].join('\n');
};

/** As a page of the project's documentation. */
export const asMarkdown = ({ header, lines, totals }: Scorecard): string => {
  const row = (line: readonly string[]) => `| ${line.join(' | ')} |`;
  return [
    '# Faults',
    '',
    'What becomes of each fault of the model provider, asked for as JSON, as events, by a run that meets it after a tool, and by clients of the Anthropic API at `/v1/messages`, as JSON and streamed. Written by `FAULTS_DOC=1 npm run test:faults`, over real HTTP.',
    '',
    'In each cell: `pass` (the full, right answer), `safe` (an explicit error in bounded time) or `fail`; the attempts at the asked model, and after a `+` those at its stand-in; and how long the client waited.',
    '',
    row(header),
    row(header.map(() => '---')),
    ...lines.map(row),
    '',
    `${totals}.`,
    '',
  ].join('\n');
};
