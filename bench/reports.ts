import { pico } from '../lib/kernel/money.ts';
import { createDynamoDbUsageStore } from '../lib/usage/dynamodb-store.ts';
import { createDynamoDbToolUsageStore } from '../lib/usage/dynamodb-tool-store.ts';
import { NO_TOKENS, type UsageRecord, type UsageStore } from '../lib/usage/record.ts';
import { createReports } from '../lib/usage/reports/reports.ts';
import { createDynamoDbRollupStore } from '../lib/usage/reports/rollups/dynamodb-rollup-store.ts';
import { createRollUps } from '../lib/usage/reports/rollups/roll-up.ts';
import { DAY_MS, HOUR_MS } from '../lib/usage/reports/time-range.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { COST, newReservation } from './reservations.ts';
import type { Section } from './section.ts';

const RECORDS = [100, 1_000, 5_000];
const MODELS = ['claude-sonnet-5-5', 'claude-haiku-5-5', 'claude-opus-5-5'];
const WRITERS = 40;
const HOURS_OF_MONTH = 720;

/** The hour that is filled; its tenant is as old as the month, all of whose other hours are idle. */
const MONTH_BEGINS = Date.UTC(2026, 9, 1);
const HOUR = Date.UTC(2026, 9, 30, 12);
const NOW = MONTH_BEGINS + HOURS_OF_MONTH * HOUR_MS + DAY_MS;

const recordOf = (tenantId: string, at: number, number: number): UsageRecord => {
  const { attemptId, keyId, agent } = newReservation(tenantId);
  const tokens = { ...NO_TOKENS, inputTokens: 100, outputTokens: 20 };
  const model = MODELS[number % MODELS.length] ?? '';
  const who = { tenantId, keyId, userId: `user-${number % 20}`, agent, model };
  return {
    attemptId,
    runId: attemptId.split(':')[0] ?? '',
    ...who,
    at,
    answered: true,
    estimated: null,
    tokens,
    cost: pico(COST),
  };
};

const fill = async (usage: UsageStore, tenantId: string, count: number): Promise<void> => {
  let begun = 0;
  const write = async () => {
    while (begun < count) await usage.add(recordOf(tenantId, HOUR, (begun += 1)));
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
};

const counted = async (tables: Ledger, work: () => Promise<unknown>): Promise<string[]> => {
  const [operations, began] = [tables.sent(), performance.now()];
  await work();
  return [String(tables.sent() - operations), (performance.now() - began).toFixed(0)];
};

/** Counts what rolling up an hour and reading it again ask of DynamoDB, by how many records it has. */
export const reports = async (endpoint: string): Promise<Section> => {
  await using tables = await openLedger(endpoint);
  const usage = createDynamoDbUsageStore(tables.ledger);
  const tools = createDynamoDbToolUsageStore(tables.ledger);
  const rollups = createDynamoDbRollupStore(tables.ledger, Math.random);
  const rollUps = createRollUps({ usage, tools, rollups, settledAfterMs: 0 });
  const report = createReports({ usage, tools, rollups });
  const month = { from: MONTH_BEGINS, to: MONTH_BEGINS + HOURS_OF_MONTH * HOUR_MS };
  const rows: string[][] = [];
  for (const records of RECORDS) {
    const tenantId = `reports-${records}`;
    await fill(usage, tenantId, records);
    const hour = { from: HOUR, to: HOUR + HOUR_MS };
    const young = { tenantId, createdAt: HOUR + HOUR_MS };
    const whose = { tenantId, createdAt: MONTH_BEGINS };
    const raw = await counted(tables, () => report.usage(young, hour, ['model'], NOW));
    const rewritten = await counted(tables, () => rollUps.rewrite(tenantId, HOUR));
    await rollups.raise(tenantId, NOW);
    const rolledUp = await counted(tables, () => report.usage(whose, month, ['model'], NOW));
    rows.push([`${records} records in an hour`, ...raw, ...rewritten, ...rolledUp]);
  }
  const busy = { tenantId: 'reports-busy', createdAt: MONTH_BEGINS };
  const groups = MODELS.toSorted().map((model) => [model, [1, 100, 20, 0, 0, '3000000000']] as const);
  for (let hour = month.from; hour < month.to; hour += HOUR_MS)
    await rollups.put(busy.tenantId, 'model', { hour, records: 5_000, groups }, null);
  await rollups.raise(busy.tenantId, NOW);
  const rolledUp = await counted(tables, () => report.usage(busy, month, ['model'], NOW));
  rows.push([`${HOURS_OF_MONTH} hours with any number of records`, '', '', '', '', ...rolledUp]);
  return {
    title: 'Reports of usage',
    columns: [
      '',
      'hour read raw: operations',
      'ms',
      'hour rolled up: operations',
      'ms',
      'month of rollups: operations',
      'ms',
    ],
    rows,
    meaning:
      '`GET /usage` by model, below its HTTP. An hour is read raw while reservations in it may be open, a page of 1 MB at a ' +
      'time; rolled up once, for every dimension; and from then on costs what its groups cost. Milliseconds are of this ' +
      'machine, one call each.',
    breaches: [],
  };
};
