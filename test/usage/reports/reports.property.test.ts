import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createMemoryUsageStore } from '../../../lib/usage/memory-store.ts';
import { createMemoryToolUsageStore } from '../../../lib/usage/memory-tool-store.ts';
import type { GroupBy, Grouping } from '../../../lib/usage/reports/cells.ts';
import { DIMENSIONS, groupOf } from '../../../lib/usage/reports/dimensions.ts';
import { addTo, type Groups, merged } from '../../../lib/usage/reports/measure.ts';
import { createReports } from '../../../lib/usage/reports/reports.ts';
import { rollUpAttempts } from '../../../lib/usage/reports/rollups/hour-rollup.ts';
import { createMemoryRollupStore } from '../../../lib/usage/reports/rollups/memory-rollup-store.ts';
import { createRollUps } from '../../../lib/usage/reports/rollups/roll-up.ts';
import type { RollupStore } from '../../../lib/usage/reports/rollups/rollup-store.ts';
import { DAY_MS, HOUR_MS, rangeOfDays, startOfHour } from '../../../lib/usage/reports/time-range.ts';
import { TOOL_STATS, toolStatsOf } from '../../../lib/usage/reports/tool-stats.ts';
import { TOTALS, type Totals, totalsOf } from '../../../lib/usage/reports/totals.ts';
import { seededRandom } from '../../seeded-random.ts';
import { addAll, record, someRecords, toolRecord } from '../records.ts';

const FROM = Date.parse('2026-10-30');
const SPAN_DAYS = 5;
const NOW = FROM + SPAN_DAYS * DAY_MS;

async function* each<T>(all: readonly T[]): AsyncIterable<T> {
  yield* all;
}

const sorted = <V>(groups: Groups<V>) => [...groups].sort(([a], [b]) => (a < b ? -1 : 1));

const books = async (seed: number, rolledUpHours: number) => {
  const usage = createMemoryUsageStore();
  const tools = createMemoryToolUsageStore();
  const rollups = createMemoryRollupStore();
  const random = seededRandom(seed);
  const records = someRecords(random, 120, { from: FROM, to: NOW });
  await addAll(usage, records);
  await addAll(usage, someRecords(random, 20, { from: FROM, to: NOW }, { tenantId: 'other' }));
  const runs = records.map(({ runId, at }) =>
    toolRecord({ runId, at, calls: [{ tool: `tool-${at % 3}`, durationMs: at % 7_919, isError: at % 5 === 0 }] }),
  );
  for (const run of runs) await tools.add(run);
  const whose = { tenantId: 'acme', createdAt: FROM };
  const rollUps = createRollUps({ usage, tools, rollups, settledAfterMs: 0 });
  if (rolledUpHours > 0) await rollUps.rollUp({ ...whose, now: NOW + HOUR_MS, maxHours: rolledUpHours });
  const stores = { usage, tools, rollups };
  const reports = (over: Partial<typeof stores> = {}) => createReports({ ...stores, ...over });
  return { whose, records, runs, rollups, reports };
};

type Record = Parameters<typeof totalsOf>[0];

const valueOf = (record: Record, by: GroupBy): string => {
  if (by === 'month') return new Date(record.at).toISOString().slice(0, 7);
  if (by === 'session') return record.labels?.sessionId ?? '';
  if (by.startsWith('metadata.')) return record.labels?.metadata[by.slice('metadata.'.length)] ?? '';
  return groupOf[by as keyof typeof groupOf](record);
};

const truth = (records: readonly Record[], by: Grouping) => {
  const groups = new Map<string, Totals>();
  for (const one of records) {
    const values = by.map((each) => valueOf(one, each));
    addTo(groups, values.length === 1 ? (values[0] ?? '') : JSON.stringify(values), totalsOf(one), TOTALS);
  }
  return sorted(groups);
};

const group = fc.constantFrom<GroupBy>(...DIMENSIONS, 'month', 'session', 'metadata.team', 'metadata.absent');
const groupings = fc.oneof(
  group.map((one): Grouping => [one]),
  fc.tuple(group, group).map(([first, second]): Grouping => [first, second]),
);

const day = (at: number) => new Date(FROM + at * DAY_MS).toISOString().slice(0, 10);
const days = fc
  .tuple(fc.nat(SPAN_DAYS), fc.nat(SPAN_DAYS))
  .map(([a, b]) => rangeOfDays(day(Math.min(a, b) - 1), day(Math.max(a, b))));

it('a report says the same wherever the rollups end, and that is the sum of the records', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(1_000_000), fc.nat(SPAN_DAYS * 24 + 1), days, groupings, async (seed, hours, range, by) => {
      const { whose, records, reports } = await books(seed, hours);
      const within = records.filter(({ at }) => range.from <= at && at < range.to);
      expect(sorted(await reports().usage(whose, range, by, NOW))).toEqual(truth(within, by));
    }),
    { seed: 20261120, numRuns: 120 },
  );
});

it('hours that have no whole rollup of cells, or an old one, are read from their records', async () => {
  const { whose, records, rollups, reports } = await books(7, SPAN_DAYS * 24);
  const stale = new Set(records.slice(0, 40).map(({ at }) => startOfHour(at)));
  const partial: RollupStore = {
    ...rollups,
    async *inRange(tenantId, dimension, range) {
      for await (const rollup of rollups.inRange(tenantId, dimension, range)) {
        if (dimension !== 'cell' || !stale.has(rollup.hour)) yield rollup;
        else if (rollup.hour % 7 === 0) yield { ...rollup, records: rollup.records - 1, groups: [] };
      }
    },
  };
  const range = rangeOfDays(day(0), day(SPAN_DAYS));
  const by: Grouping = ['session', 'metadata.team'];
  const found = await reports({ rollups: partial }).usage(whose, range, by, NOW);
  expect(sorted(found)).toEqual(truth(records, by));
});

it('an hour of very many cells has no rollup of them, and is read from its records', async () => {
  const usage = createMemoryUsageStore();
  const many = Array.from({ length: 50_001 }, (_, at) =>
    record({ at: FROM, attemptId: `run_${at}:1:1`, labels: { sessionId: `s${at}`, metadata: {} } }),
  );
  const rolledUp = await rollUpAttempts({ inHour: () => each(many) }, 'acme', FROM)(() => false);
  expect(rolledUp?.map(({ dimension }) => dimension)).toEqual([...DIMENSIONS, 'cell']);
  expect(rolledUp?.at(-1)?.rollup).toEqual({ hour: FROM, records: 0, groups: [] });
  await addAll(usage, many.slice(0, 50_000));
  const fits = await rollUpAttempts(usage, 'acme', FROM)(() => false);
  expect(fits?.at(-1)?.rollup.groups).toHaveLength(50_000);
});

it('tool reports say the same wherever the rollups end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(1_000_000), fc.nat(SPAN_DAYS * 24 + 1), days, async (seed, hours, range) => {
      const { whose, runs, reports } = await books(seed, hours);
      const within = runs.filter(({ at }) => range.from <= at && at < range.to).flatMap(({ calls }) => calls);
      const expected = merged(
        within.map((call) => new Map([[call.tool, toolStatsOf(call)]])),
        TOOL_STATS,
      );
      expect(sorted(await reports().tools(whose, range, NOW))).toEqual(sorted(expected));
    }),
    { seed: 20261121, numRuns: 40 },
  );
});

it('a report over tenants adds up what each one used, and shows none that used nothing', async () => {
  const { whose, records, reports } = await books(9, 50);
  const other = { tenantId: 'other', createdAt: FROM };
  const all = (async function* () {
    yield* [whose, other, { tenantId: 'idle', createdAt: FROM }];
  })();
  const range = rangeOfDays(day(0), day(SPAN_DAYS));
  const groups = await reports().across(all, range, 'tenant', NOW);
  expect([...groups.keys()].sort()).toEqual(['acme', 'other']);
  expect(groups.get('acme')?.cost).toBe(records.reduce((sum, { cost }) => sum + cost, 0n));
});
