import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bornAt } from '../../../lib/kernel/ids/ids.ts';
import type { Call } from '../parts.ts';
import { Misused } from '../verb.ts';
import { functionNames, type LogQuery, queryFor, queryForAny, runQuery } from './cloudwatch.ts';
import { type LogLine, valuesOf } from './lines.ts';
import { linesOfRow, type Row } from './platform-lines.ts';

const HOUR_MS = 3_600_000;
/** An asynchronous run may wait for so long, and works on. */
const LONGEST_MS = 8 * 24 * HOUR_MS;

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
/** A query has 10,000 characters at most. */
const MOST_IDS = 200;

const hoursOf = (call: Call): number => {
  const hours = call.text('hours') ?? '24';
  if (!/^[1-9]\d{0,3}$/.test(hours)) throw new Misused('--hours is a whole number from 1 to 9999.');
  return Number(hours);
};

/** Ids by which API Gateway and Lambda know what these lines are about. A killed function may have written none. */
const idsToFollow = (lines: readonly LogLine[], id: string): string[] => {
  const named = ['function_request_id', 'integrationRequestId', 'requestId'].flatMap((name) => valuesOf(lines, name));
  const ids = lines.length === 0 ? [id] : named.filter((other) => other !== id);
  return [...new Set(ids)].filter((one) => UUID.test(one)).slice(0, MOST_IDS);
};

const rangeOf = (call: Call, id: string): Pick<LogQuery, 'from' | 'to'> => {
  const now = call.shell.clock.now();
  const born = bornAt(id);
  const from = born === null ? now - hoursOf(call) * HOUR_MS : born - 60_000;
  return { from, to: Math.min(now, from + LONGEST_MS) };
};

/**
 * The lines of a deployed stage: of its functions, of Lambda about their invocations, and of API Gateway. Says what is asked,
 * and of whom, before it asks.
 */
export const deployedLines = async (call: Call, stage: string, id: string): Promise<LogLine[]> => {
  const names = functionNames(readFileSync(join(import.meta.dirname, '../../../serverless.yml'), 'utf8'));
  const { shell } = call;
  const region = call.text('region');
  const groups = [...names.map((name) => `/aws/lambda/ballast-${stage}-${name}`), `/aws/apigateway/ballast-${stage}`];
  const where = region ?? shell.env['AWS_REGION'] ?? shell.env['AWS_DEFAULT_REGION'] ?? 'the region of your profile';
  const range = rangeOf(call, id);
  const ask = (query: string): Promise<Row[]> => {
    shell.err(`Asks CloudWatch of the stage ${stage} in ${where}, in ${groups.length} log groups:\n  ${query}\n`);
    return runQuery({ groups, query, region, ...range }, shell, call.progress);
  };
  const own = await ask(queryFor(id));
  const ids = idsToFollow(
    own.flatMap((row) => linesOfRow(row, stage)),
    id,
  );
  const followed = ids.length === 0 ? [] : await ask(queryForAny(ids));
  call.progress.end();
  const rows = new Map([...own, ...followed].map((row) => [`${row.log} ${row.timestamp} ${row.message}`, row]));
  return [...rows.values()]
    .toSorted((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0))
    .flatMap((row) => linesOfRow(row, stage));
};
