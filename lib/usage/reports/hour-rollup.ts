import type { UsageStore } from '../record.ts';
import type { ToolUsageStore } from '../tool-record.ts';
import { DIMENSIONS, groupOf } from './dimensions.ts';
import { addTo, type Groups, type Measure } from './measure.ts';
import type { Rollup, RollupDimension } from './rollup-store.ts';
import { TOOL_STATS, type ToolStats, toolStatsOf } from './tool-stats.ts';
import { TOTALS, type Totals, totalsOf } from './totals.ts';

/** One hour of one dimension. */
export interface HourRollup {
  readonly dimension: RollupDimension;
  readonly rollup: Rollup;
}

// Sorted, so that the same records always make the same rollup.
const written = <V>(groups: Groups<V>, { write }: Measure<V>): Rollup['groups'] =>
  [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, write(value)] as const);

/** An hour's attempts by each of their dimensions, its records read once. */
export const rollUpAttempts = async (
  usage: Pick<UsageStore, 'inHour'>,
  tenantId: string,
  hour: number,
): Promise<HourRollup[]> => {
  const byDimension = DIMENSIONS.map((dimension) => ({ dimension, groups: new Map<string, Totals>() }));
  let records = 0;
  for await (const record of usage.inHour(tenantId, hour)) {
    records += 1;
    const totals = totalsOf(record);
    for (const { dimension, groups } of byDimension) addTo(groups, groupOf[dimension](record), totals, TOTALS);
  }
  return byDimension.map(({ dimension, groups }) => ({
    dimension,
    rollup: { hour, records, groups: written(groups, TOTALS) },
  }));
};

/** An hour's tool calls by tool. */
export const rollUpToolCalls = async (
  tools: Pick<ToolUsageStore, 'inHour'>,
  tenantId: string,
  hour: number,
): Promise<HourRollup> => {
  const groups = new Map<string, ToolStats>();
  let records = 0;
  for await (const { calls } of tools.inHour(tenantId, hour)) {
    records += 1;
    for (const call of calls) addTo(groups, call.tool, toolStatsOf(call), TOOL_STATS);
  }
  return { dimension: 'tool', rollup: { hour, records, groups: written(groups, TOOL_STATS) } };
};
