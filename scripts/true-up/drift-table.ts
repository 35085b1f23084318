import { formatUsd } from '../../lib/kernel/money.ts';
import type { TokenUsage } from '../../lib/usage/record.ts';
import { type Drift, isBeyond } from './drift.ts';
import { rangeText } from './money.ts';

const NAMES: Readonly<Record<keyof TokenUsage, string>> = {
  inputTokens: 'input',
  outputTokens: 'output',
  cacheReadInputTokens: 'cache read',
  cacheWrite5mInputTokens: 'cache write 5 min',
  cacheWrite1hInputTokens: 'cache write 1 h',
  webSearchRequests: 'web searches',
};

const HEADER = [
  'day',
  'model',
  'differs most',
  'billed',
  'booked',
  'drift',
  'billed, USD',
  'booked, USD',
  'estimates',
  '',
];

const percent = (share: number): string =>
  Number.isFinite(share) ? `${share > 0 ? '+' : ''}${(share * 100).toFixed(2)} %` : 'not billed';

const rowOf = (drift: Drift, tolerance: number): string[] => {
  const { day, model, billed, booked, estimates, worst, cost, billedCost } = drift;
  const { kind, share } = worst;
  const verdict = isBeyond(drift, tolerance) ? 'beyond' : '';
  const differs = share === 0 ? 'nothing' : NAMES[kind];
  const usage = [differs, String(billed[kind]), String(booked[kind]), percent(share)];
  const money = [billedCost === null ? 'no price' : rangeText(billedCost), formatUsd(cost)];
  return [day, model, ...usage, ...money, String(estimates), verdict];
};

/** One line a day and model, columns aligned, each with the kind of usage that differs most. */
export const driftTable = (drifts: readonly Drift[], tolerance: number): string => {
  const rows = [HEADER, ...drifts.map((drift) => rowOf(drift, tolerance))];
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const isFigure = (column: number) => column >= 3 && column <= 8;
  const padded = (cell: string, column: number) =>
    isFigure(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return rows.map((row) => `${row.map(padded).join('  ').trimEnd()}\n`).join('');
};
