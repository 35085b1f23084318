import { readFile } from 'node:fs/promises';
import { nameError } from '../lib/telemetry/describe-error.ts';
import { jsonText } from '../lib/telemetry/terminal/printable.ts';
import { createProgress } from '../lib/telemetry/terminal/progress.ts';
import { dataDirectoryOf, readAddress } from '../local/data-files.ts';
import { systemClock } from '../local/system-clock.ts';
import { openStage } from './open-stage.ts';
import { Misused, readOptions } from './read-options.ts';
import { TablesUnknown } from './table-names.ts';
import { driftOf, isBeyond } from './true-up/drift.ts';
import { driftLine } from './true-up/drift-line.ts';
import { driftTable } from './true-up/drift-table.ts';
import { readBooks } from './true-up/read-books.ts';
import { readReport } from './true-up/read-report.ts';
import { TrueUpRefused } from './true-up/refused.ts';

const USAGE =
  'Usage: npm run true-up -- --report usage.csv --stage prod [--region eu-central-1] [--month 2026-11] [--tolerance 0.5] [--api-key NAME] [--workspace NAME] [--json]';

const read = () => {
  const values = readOptions(USAGE, 'region', 'report', 'month', 'tolerance', 'api-key', 'workspace');
  const { report, stage, region, month, tolerance: percent = '0.5', workspace, json } = values;
  if (report === undefined || stage === undefined || !/^\d{1,3}(\.\d+)?$/.test(percent)) throw new Misused(USAGE);
  if (month !== undefined && !/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) throw new Misused(USAGE);
  return { report, stage, region, month, percent, json, filter: { api_key: values['api-key'], workspace } };
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

/** The database of the server that runs here; `undefined`: as the environment says. */
const ownEndpoint = (stage: string): string | undefined => {
  const { env } = process;
  if (stage !== 'local' || env['AWS_ENDPOINT_URL_DYNAMODB']) return undefined;
  const address = readAddress(dataDirectoryOf({ env, directory: process.cwd() }));
  if (address === null) throw new TrueUpRefused('No server runs here: start it with npm start, or name another stage.');
  return address.dynamoDb;
};

/** Compares what the provider says it billed with what is booked; answers whether they agree within the tolerance. */
const trueUp = async (): Promise<boolean> => {
  const { report, stage, region, month, percent, json, filter } = read();
  const tolerance = Number(percent) / 100;
  const all = readReport(await textOf(report), filter);
  const billed = all.filter(({ day }) => month === undefined || day.startsWith(month));
  const days = month === undefined ? billed.map(({ day }) => day).sort() : [`${month}-01`, lastDay(month)];
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) throw new TrueUpRefused('The report has no row to compare.');
  const progress = createProgress(
    { err: (text) => void process.stderr.write(text), showsProgress: process.stderr.isTTY, clock: systemClock },
    json,
  );
  let done = 0;
  const onDay = () => progress.at({ done: (done += 1), of: null, what: 'days of tenants' });
  const books = await Array.fromAsync(
    readBooks(await openStage(stage, region, ownEndpoint(stage)), first, last, onDay),
  );
  progress.end();
  const drifts = driftOf(billed, books);
  const beyond = drifts.filter((drift) => isBeyond(drift, tolerance));
  const lines = drifts.map((drift) => driftLine(drift, tolerance));
  process.stdout.write(
    json
      ? `${jsonText({ stage, from: first, to: last, tolerancePercent: percent, beyond: beyond.length, lines }, 2)}\n`
      : `${driftTable(drifts, tolerance)}\n${first} to ${last}: ${beyond.length} of ${drifts.length} lines differ by more than ${percent} %.\n`,
  );
  return beyond.length === 0;
};

trueUp().then(
  (agrees) => {
    process.exitCode = agrees ? 0 : 1;
  },
  (error: unknown) => {
    const own = error instanceof TrueUpRefused || error instanceof Misused || error instanceof TablesUnknown;
    const reason = own ? error.message : `The books cannot be read (${nameError(error)}).`;
    process.stderr.write(`${reason}\n`);
    process.exitCode = 2;
  },
);
