import { jsonResponse } from '../../http/response/json-response.ts';
import type { HttpResponse } from '../../http/types.ts';
import { formatUsd } from '../../kernel/money.ts';
import type { Grouping } from './cells.ts';
import { csvOf } from './csv.ts';
import { dayOf } from './dimensions.ts';
import type { GatewayCall } from './gateway-calls.ts';
import { quantile } from './histogram.ts';
import { type Groups, type Measure, totalOf } from './measure.ts';
import { pageOf } from './page.ts';
import type { TimeRange } from './time-range.ts';
import { TOOL_STATS, type ToolStats } from './tool-stats.ts';
import { TOTALS, type Totals } from './totals.ts';

type Row = Readonly<Record<string, string | number>>;

/** How figures of one kind are shown; the row of the zero names the columns. */
interface Shown<V> {
  readonly measure: Measure<V>;
  readonly show: (value: V) => Row;
}

export const USAGE: Shown<Totals> = {
  measure: TOTALS,
  show: ({ cost, estimated, adjusted, ...counts }) => ({
    ...counts,
    costUsd: formatUsd(cost),
    estimatedUsd: formatUsd(estimated),
    adjustedUsd: formatUsd(adjusted),
  }),
};

/** A call of the gateway as `GET /usage/calls` shows it, its end user by their name where `names` has one. */
export const callView = (
  { at, cost, estimated, user, ...call }: GatewayCall,
  names: ReadonlyMap<string, string> = new Map(),
) => ({
  ...call,
  userId: user === null ? null : (names.get(user) ?? user),
  at: new Date(at).toISOString(),
  costUsd: formatUsd(cost),
  estimatedUsd: formatUsd(estimated),
});

/** Tenths of a millisecond: a tool's clock counts whole ones, and more digits would only look exact. */
const tenths = (ms: number): number => Math.round(ms * 10) / 10;

/** Durations of one bucket are known better by their mean, which a single call equals: it is never above its own p95. */
const p95Of = ({ calls, sumMs, durations }: ToolStats): number =>
  durations.size === 1 ? sumMs / calls : quantile(durations, 0.95);

export const TOOL_USAGE: Shown<ToolStats> = {
  measure: TOOL_STATS,
  show: (stats) => ({
    calls: stats.calls,
    errors: stats.errors,
    meanMs: stats.calls === 0 ? 0 : tenths(stats.sumMs / stats.calls),
    p95Ms: tenths(p95Of(stats)),
  }),
};

export interface Asked {
  /** Whose usage it is; `''`: of several tenants. */
  readonly tenant: string;
  readonly range: TimeRange;
  readonly groupBy: string | Grouping;
  readonly limit: number;
  readonly cursor: string | null;
  readonly csv: boolean;
}

/** The values of a group by its dimensions: of two, its key is the list of both. */
const valuesOf = (key: string, columns: readonly string[]): readonly string[] =>
  columns.length === 1 ? [key] : (JSON.parse(key) as string[]);

/**
 * A report as JSON, with `more` beside it, or as CSV, which holds the groups alone. Totals are of all groups, whatever page
 * is shown.
 */
export const reportResponse = <V>(
  groups: Groups<V>,
  { measure, show }: Shown<V>,
  asked: Asked,
  more: Readonly<Record<string, unknown>> = {},
): HttpResponse => {
  const { tenant, range, groupBy } = asked;
  const by = typeof groupBy === 'string' ? [groupBy] : groupBy;
  const period = { from: dayOf(range.from), to: dayOf(range.to - 1) };
  const { rows, nextCursor } = pageOf(groups, asked, (key, value) => ({
    key: valuesOf(key, by),
    figures: show(value),
  }));
  if (!asked.csv) {
    const totals = show(totalOf(groups, measure));
    const shown = rows.map(({ key, figures }) => ({ key: key.length === 1 ? key[0] : key, ...figures }));
    return jsonResponse({ currency: 'USD', ...period, totals, groups: shown, nextCursor, ...more });
  }
  const columns = ['tenant', 'from', 'to', 'currency', ...by, ...Object.keys(show(measure.zero))];
  const lines = rows.map(({ key, figures }): Row => {
    const line: Row = { tenant, ...period, currency: 'USD', ...figures };
    return { ...line, ...Object.fromEntries(by.map((column, at) => [column, key[at] ?? ''])) };
  });
  return {
    statusCode: 200,
    headers: {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'cache-control': 'no-store',
      ...(nextCursor === null ? {} : { 'next-cursor': nextCursor }),
    },
    // Grouped by tenant, its column stands once.
    body: csvOf([...new Set(columns)], lines, ['tenant', ...by]),
  };
};
