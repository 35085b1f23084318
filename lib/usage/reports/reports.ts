import { concurrently } from '../../kernel/concurrently.ts';
import type { UsageStore } from '../record.ts';
import type { ToolUsageStore } from '../tool-record.ts';
import { cellOf, type Grouping, groupOfCell, monthOfDay, ownDimension } from './cells.ts';
import { groupOf as keyIn } from './dimensions.ts';
import { addTo, type Groups, type Measure, merged, totalOf } from './measure.ts';
import type { RollupDimension, RollupStore } from './rollups/rollup-store.ts';
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
  /** Grouped by two dimensions, the key of a group is the JSON list of both. */
  usage(whose: Whose, range: TimeRange, by: Grouping, now: number): Promise<Groups<Totals>>;
  tools(whose: Whose, range: TimeRange, now: number): Promise<Groups<ToolStats>>;
  /** Over all these tenants; grouped by `tenant`, each that used something is a group. */
  across(
    tenants: AsyncIterable<Whose>,
    range: TimeRange,
    by: Grouping | 'tenant',
    now: number,
  ): Promise<Groups<Totals>>;
}

/** What is in the books of one hour, group by group. */
interface Source<V> {
  readonly dimension: RollupDimension;
  readonly measure: Measure<V>;
  /** The group of what stands under `key` in an hour's rollup. */
  readonly groupOf: (key: string, hour: number) => string;
  /** The hour's records, each under its key. */
  readonly inHour: (tenantId: string, hour: number) => AsyncIterable<readonly [key: string, value: V]>;
  /** Whether an hour below the watermark may have no whole rollup of this dimension. */
  readonly isPartial?: boolean;
}

const asItIs = (key: string): string => key;

export const createReports = ({ usage, tools, rollups }: ReportsOptions): Reports => {
  const read = async <V>(source: Source<V>, { tenantId, createdAt }: Whose, range: TimeRange, now: number) => {
    const { dimension, measure, groupOf, inHour, isPartial = false } = source;
    const born = firstHour(createdAt);
    const from = Math.max(range.from, born);
    const to = Math.min(range.to, startOfHour(now) + HOUR_MS);
    if (to <= from) return new Map<string, V>();
    const watermark = Math.min(to, Math.max(from, (await rollups.through(tenantId)) ?? born));

    const rollupsOf = (of: RollupDimension) =>
      watermark === from ? [] : rollups.inRange(tenantId, of, { from, to: watermark });
    /** Rolled-up hours whose rollup of this dimension is missing, or of fewer records than the day's. */
    const missing = new Map<number, number>();
    if (isPartial) for await (const { hour, records } of rollupsOf('day')) missing.set(hour, records);
    const rolledUp = new Map<string, V>();
    for await (const { hour, records, groups } of rollupsOf(dimension)) {
      if (records < (missing.get(hour) ?? 0)) continue;
      missing.delete(hour);
      for (const [key, figures] of groups) addTo(rolledUp, groupOf(key, hour), measure.read(figures), measure);
    }
    const raw = await concurrently(
      [...missing.keys(), ...hoursOf({ from: watermark, to })],
      HOURS_AT_ONCE,
      async (hour) => {
        const groups = new Map<string, V>();
        for await (const [key, value] of inHour(tenantId, hour)) addTo(groups, groupOf(key, hour), value, measure);
        return groups;
      },
    );
    return merged([rolledUp, ...raw], measure);
  };

  const attempts = (by: Grouping): Source<Totals> => {
    const own = ownDimension(by);
    const keyOf = own === null ? cellOf : keyIn[own];
    return {
      dimension: own ?? 'cell',
      isPartial: own === null,
      measure: TOTALS,
      groupOf: own === null ? groupOfCell(by) : by[0] === 'month' ? monthOfDay : asItIs,
      async *inHour(tenantId, hour) {
        for await (const record of usage.inHour(tenantId, hour)) yield [keyOf(record), totalsOf(record)];
      },
    };
  };
  const toolCalls: Source<ToolStats> = {
    dimension: 'tool',
    measure: TOOL_STATS,
    groupOf: asItIs,
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
        const groups = await read(attempts(by === 'tenant' ? ['day'] : by), whose, range, now);
        if (by !== 'tenant' || groups.size === 0) return groups;
        return new Map([[whose.tenantId, totalOf(groups, TOTALS)]]);
      });
      return merged(parts, TOTALS);
    },
  };
};
