import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createDynamoDbClient } from '../lib/dynamodb/client.ts';
import { createTable } from '../lib/dynamodb/table.ts';
import { nameError } from '../lib/telemetry/describe-error.ts';
import { createDynamoDbTenantStore } from '../lib/tenants/dynamodb-store.ts';
import { createDynamoDbUsageStore } from '../lib/usage/dynamodb-store.ts';
import { systemClock } from '../local/system-clock.ts';
import { driftOf, isBeyond } from './true-up/drift.ts';
import { driftTable } from './true-up/drift-table.ts';
import { readBooks, type Books } from './true-up/read-books.ts';
import { readReport } from './true-up/read-report.ts';
import { TrueUpRefused } from './true-up/refused.ts';

const USAGE =
  'Usage: npm run true-up -- --report usage.csv [--stage prod] [--month 2026-11] [--tolerance 0.5] [--api-key NAME] [--workspace NAME]';

/** The embedded engine takes any region and credentials; a stage is read with the operator's own. */
const LOCAL = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

const read = (args: readonly string[]) => {
  const text = { type: 'string' } as const;
  const options = { report: text, stage: text, month: text, tolerance: text, 'api-key': text, workspace: text };
  try {
    const { values } = parseArgs({ args: [...args], options });
    const { report, stage = 'prod', month, tolerance = '0.5', workspace } = values;
    if (report === undefined || !/^\d{1,3}(\.\d+)?$/.test(tolerance)) throw new TrueUpRefused(USAGE);
    if (month !== undefined && !/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) throw new TrueUpRefused(USAGE);
    return {
      report,
      stage,
      month,
      percent: tolerance,
      filter: { api_key: values['api-key'], workspace },
    };
  } catch (error) {
    throw error instanceof TrueUpRefused ? error : new TrueUpRefused(USAGE);
  }
};

const booksOf = (stage: string): Books => {
  const client = createDynamoDbClient(stage === 'local' ? LOCAL : {});
  const table = createTable({ client, name: `ballast-${stage}-ledger`, clock: systemClock, random: Math.random });
  return { tenants: createDynamoDbTenantStore(table), usage: createDynamoDbUsageStore(table) };
};

const textOf = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((cause: unknown) => {
    throw new TrueUpRefused('The report cannot be read.', { cause });
  });

const lastDay = (month: string): string => {
  const next = new Date(Date.parse(`${month}-01`));
  next.setUTCMonth(next.getUTCMonth() + 1, 0);
  return next.toISOString().slice(0, 10);
};

/** Compares what the provider says it billed with what is booked; answers whether they agree within the tolerance. */
const trueUp = async (args: readonly string[]): Promise<boolean> => {
  const { report, stage, month, percent, filter } = read(args);
  const tolerance = Number(percent) / 100;
  const all = readReport(await textOf(report), filter);
  const billed = all.filter(({ day }) => month === undefined || day.startsWith(month));
  const days = month === undefined ? billed.map(({ day }) => day).sort() : [`${month}-01`, lastDay(month)];
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) throw new TrueUpRefused('The report has no row to compare.');
  const drifts = driftOf(billed, await Array.fromAsync(readBooks(booksOf(stage), first, last)));
  const beyond = drifts.filter((drift) => isBeyond(drift, tolerance));
  process.stdout.write(driftTable(drifts, tolerance));
  process.stdout.write(
    `\n${first} to ${last}: ${beyond.length} of ${drifts.length} lines differ by more than ${percent} %.\n`,
  );
  return beyond.length === 0;
};

trueUp(process.argv.slice(2)).then(
  (agrees) => {
    process.exitCode = agrees ? 0 : 1;
  },
  (error: unknown) => {
    const reason = error instanceof TrueUpRefused ? error.message : `The books cannot be read (${nameError(error)}).`;
    process.stderr.write(`${reason}\n`);
    process.exitCode = 2;
  },
);
