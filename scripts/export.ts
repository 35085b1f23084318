import { once } from 'node:events';
import { bookedNameIn } from '../lib/kernel/ids/pseudonym.ts';
import { formatUsd } from '../lib/kernel/money.ts';
import { nameError } from '../lib/telemetry/describe-error.ts';
import { recordIn } from '../lib/usage/dynamodb-store.ts';
import { estimatedPartOf, type UsageRecord } from '../lib/usage/record.ts';
import { csvOf } from '../lib/usage/reports/csv.ts';
import { systemClock as clock } from '../local/system-clock.ts';
import { openStage } from './open-stage.ts';
import { Misused, readOptions } from './read-options.ts';
import { createScanItems } from './scan-items.ts';
import { TablesUnknown } from './table-names.ts';

const USAGE =
  'Usage: npm run export -- --stage prod [--region eu-central-1] [--from 2026-11-01] [--to 2026-12-01] [--format jsonl|csv]';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

const instantOf = (day: string | undefined, otherwise: number): number => {
  const at = day === undefined ? otherwise : DAY.test(day) ? Date.parse(`${day}T00:00:00.000Z`) : Number.NaN;
  if (Number.isNaN(at)) throw new Misused(USAGE);
  return at;
};

const read = () => {
  const { stage, region, from, to, format = 'jsonl' } = readOptions(USAGE, 'region', 'from', 'to', 'format');
  if (stage === undefined || (format !== 'jsonl' && format !== 'csv')) throw new Misused(USAGE);
  return { stage, region, from: instantOf(from, 0), to: instantOf(to, Number.POSITIVE_INFINITY), format } as const;
};

/** A record as docs/backups.md describes it, its columns in their order. */
const rowOf = (record: UsageRecord) => ({
  attemptId: record.attemptId,
  at: new Date(record.at).toISOString(),
  tenantId: record.tenantId,
  keyId: record.keyId,
  userId: record.userId === null ? '' : bookedNameIn(record.userId),
  runId: record.runId,
  agent: record.agent,
  model: record.model,
  answered: String(record.answered),
  estimated: record.estimated ?? '',
  ...record.tokens,
  costUsd: formatUsd(record.cost),
  estimatedUsd: formatUsd(estimatedPartOf(record)),
});

type Row = ReturnType<typeof rowOf>;

const FIGURES = new Set(['costUsd', 'estimatedUsd']);

const csvLine = (row: Row): string => {
  const columns = Object.keys(row);
  const texts = columns.filter((column) => !FIGURES.has(column));
  // Without the header, which stands once.
  return csvOf(columns, [row], texts).split('\r\n').slice(1).join('\r\n');
};

const header = (row: Row): string => `${Object.keys(row).join(',')}\r\n`;

/** Whoever reads slowly is waited for: so much is in memory, and no more. */
const write = async (text: string): Promise<void> => {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
};

const run = async (): Promise<void> => {
  const { stage, region, from, to, format } = read();
  const opened = await openStage(stage, region);
  const scan = createScanItems(opened.sdk, { clock, random: Math.random });
  let records = 0;
  for await (const item of scan(opened.names.LEDGER_TABLE, 'usage#')) {
    const record = recordIn(item);
    if (record.at < from || record.at >= to) continue;
    const row = rowOf(record);
    if (format === 'csv' && records === 0) await write(header(row));
    await write(format === 'csv' ? csvLine(row) : `${JSON.stringify(row)}\n`);
    records += 1;
  }
  opened.close();
  console.error(`${records} record(s) of ${opened.names.LEDGER_TABLE}.`);
};

run().catch((error: unknown) => {
  // Whoever reads no more, as `head`, has what they wanted.
  if ((error as { readonly code?: unknown }).code === 'EPIPE') process.exit(0);
  const isOwn = error instanceof Misused || error instanceof TablesUnknown;
  console.error(isOwn ? error.message : `It could not be exported: ${nameError(error)}.`);
  process.exitCode = 2;
});
