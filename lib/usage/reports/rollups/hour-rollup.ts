import type { UsageStore } from '../../record.ts';
import type { ToolUsageStore } from '../../tool-record.ts';
import { cellOf } from '../cells.ts';
import { DIMENSIONS, groupOf } from '../dimensions.ts';
import { addTo, type Groups, type Measure } from '../measure.ts';
import { TOOL_STATS, type ToolStats, toolStatsOf } from '../tool-stats.ts';
import { TOTALS, type Totals, totalsOf } from '../totals.ts';
import type { Rollup, RollupDimension } from './rollup-store.ts';

/** One hour of one dimension. */
export interface HourRollup {
  readonly dimension: RollupDimension;
  readonly rollup: Rollup;
}

// Sorted, so that the same records always make the same rollup.
const written = <V>(groups: Groups<V>, { write }: Measure<V>): Rollup['groups'] =>
  [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, write(value)] as const);

/** In an hour of more different cells reports read its records: 50,000 take some 25 MB of the function's memory. */
const MAX_CELLS = 50_000;

/** After so many records the time is looked at: some 40 ms in the function. */
const LOOK_EACH = 500;

/**
 * Sums up an hour's attempts by each of their dimensions, its records read once. What is returned reads on until `isOver`, and
 * resolves to `null` then; the next call goes on where it stopped. Of an hour without records there is nothing.
 */
export const rollUpAttempts = (
  usage: Pick<UsageStore, 'inHour'>,
  tenantId: string,
  hour: number,
): ((isOver: () => boolean) => Promise<HourRollup[] | null>) => {
  const byDimension = DIMENSIONS.map((dimension) => ({ dimension, groups: new Map<string, Totals>() }));
  let cells: Map<string, Totals> | null = new Map();
  const reading = usage.inHour(tenantId, hour)[Symbol.asyncIterator]();
  let records = 0;
  return async (isOver) => {
    for (let next = await reading.next(); next.done !== true; next = await reading.next()) {
      records += 1;
      const totals = totalsOf(next.value);
      for (const { dimension, groups } of byDimension) addTo(groups, groupOf[dimension](next.value), totals, TOTALS);
      if (cells !== null) addTo(cells, cellOf(next.value), totals, TOTALS);
      if (cells !== null && cells.size > MAX_CELLS) cells = null;
      if (records % LOOK_EACH === 0 && isOver()) return null;
    }
    if (records === 0) return [];
    const rollupOf = (groups: Map<string, Totals>): Rollup => ({ hour, records, groups: written(groups, TOTALS) });
    return [
      ...byDimension.map(({ dimension, groups }) => ({ dimension, rollup: rollupOf(groups) })),
      // In the place of the cells that an hour of fewer records had: those are as they were read then.
      { dimension: 'cell', rollup: cells === null ? { hour, records: 0, groups: [] } : rollupOf(cells) },
    ];
  };
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
