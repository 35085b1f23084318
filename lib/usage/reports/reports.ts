import { concurrently } from '../../kernel/concurrently.ts';
import type { UsageStore } from '../record.ts';
import type { ToolUsageStore } from '../tool-record.ts';
import { type Dimension, groupOf } from './dimensions.ts';
import { addTo, type Groups, type Measure, merged, totalOf } from './measure.ts';
import type { RollupDimension, RollupStore } from './rollup-store.ts';
import { firstHour, HOUR_MS, hoursOf, startOfHour, type TimeRange } from './time-range.ts';
import { TOOL_STATS, type ToolStats, toolStatsOf } from './tool-stats.ts';
import { TOTALS, type Totals, totalsOf } from './totals.ts';

/** Hours read raw at a time; usually there are two or three in all. */
const HOURS_AT_ONCE = 8;

/** Tenants read at a time, times the hours: below the 50 connections of the client. */
const TENANTS_AT_ONCE = 4;

export interface ReportsOptions {
  readonly usage: Pick<UsageStore, 'inHour'>;
  readonly tools: Pick<ToolUsageStore, 'inHour'>;
  readonly rollups: Pick<RollupStore, 'through' | 'inRange'>;
}

/** Whose usage: a tenant as far as a report has to know it. */
export interface Whose {
  readonly tenantId: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** What was used in a range. The answer is the same wherever the rollups end; `now` (epoch milliseconds) bounds what is looked for. */
export interface Reports {
  usage(whose: Whose, range: TimeRange, by: Dimension, now: number): Promise<Groups<Totals>>;
  tools(whose: Whose, range: TimeRange, now: number): Promise<Groups<ToolStats>>;
  /** Over all these tenants; grouped by `tenant`, each that used something is a group. */
  across(
    tenants: AsyncIterable<Whose>,
    range: TimeRange,
    by: 'tenant' | 'day' | 'model',
    now: number,
  ): Promise<Groups<Totals>>;
}

/** What is in the books of one hour, group by group. */
interface Source<V> {
  readonly dimension: RollupDimension;
  readonly measure: Measure<V>;
  readonly inHour: (tenantId: string, hour: number) => AsyncIterable<readonly [key: string, value: V]>;
}

export const createReports = ({ usage, tools, rollups }: ReportsOptions): Reports => {
  const read = async <V>(source: Source<V>, { tenantId, createdAt }: Whose, range: TimeRange, now: number) => {
    const { dimension, measure, inHour } = source;
    const born = firstHour(createdAt);
    const from = Math.max(range.from, born);
    const to = Math.min(range.to, startOfHour(now) + HOUR_MS);
    if (to <= from) return new Map<string, V>();
    const watermark = Math.min(to, Math.max(from, (await rollups.through(tenantId)) ?? born));

    const rolledUp = async () => {
      const groups = new Map<string, V>();
      if (watermark === from) return groups;
      for await (const { groups: rows } of rollups.inRange(tenantId, dimension, { from, to: watermark }))
        for (const [key, figures] of rows) addTo(groups, key, measure.read(figures), measure);
      return groups;
    };
    const raw = async (hour: number) => {
      const groups = new Map<string, V>();
      for await (const [key, value] of inHour(tenantId, hour)) addTo(groups, key, value, measure);
      return groups;
    };
    const [old, recent] = await Promise.all([
      rolledUp(),
      concurrently(hoursOf({ from: watermark, to }), HOURS_AT_ONCE, raw),
    ]);
    return merged([old, ...recent], measure);
  };

  const attempts = (dimension: Dimension): Source<Totals> => ({
    dimension,
    measure: TOTALS,
    async *inHour(tenantId, hour) {
      for await (const record of usage.inHour(tenantId, hour)) yield [groupOf[dimension](record), totalsOf(record)];
    },
  });
  const toolCalls: Source<ToolStats> = {
    dimension: 'tool',
    measure: TOOL_STATS,
    async *inHour(tenantId, hour) {
      for await (const { calls } of tools.inHour(tenantId, hour))
        for (const call of calls) yield [call.tool, toolStatsOf(call)];
    },
  };

  return {
    usage: (whose, range, by, now) => read(attempts(by), whose, range, now),
    tools: (whose, range, now) => read(toolCalls, whose, range, now),
    async across(tenants, range, by, now) {
      const parts = await concurrently(tenants, TENANTS_AT_ONCE, async (whose) => {
        const groups = await read(attempts(by === 'tenant' ? 'day' : by), whose, range, now);
        if (by !== 'tenant' || groups.size === 0) return groups;
        return new Map([[whose.tenantId, totalOf(groups, TOTALS)]]);
      });
      return merged(parts, TOTALS);
    },
  };
};
