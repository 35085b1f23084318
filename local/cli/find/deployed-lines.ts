import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bornAt, isRunId } from '../../../lib/kernel/ids/ids.ts';
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
/** From API Gateway to the function, from that to its run, and from the run to those that worked on it. */
const MOST_HOPS = 3;

const hoursOf = (call: Call): number => {
  const hours = call.text('hours') ?? '24';
  if (!/^[1-9]\d{0,3}$/.test(hours)) throw new Misused('--hours is a whole number from 1 to 9999.');
  return Number(hours);
};

/** Ids by which API Gateway and Lambda know what these lines are about. A killed function may have written none. */
const idsIn = (lines: readonly LogLine[], id: string): string[] => {
  const named = ['function_request_id', 'integrationRequestId', 'requestId'].flatMap((name) => valuesOf(lines, name));
  return [...new Set(lines.length === 0 ? [id] : named)].filter((one) => UUID.test(one));
};

const runsIn = (lines: readonly LogLine[]): string[] => valuesOf(lines, 'runId').filter(isRunId);

/** An invocation that ended several runs at once has lines of others. */
const isOfOthers = ({ runId }: LogLine, runs: ReadonlySet<string>): boolean =>
  runs.size > 0 && typeof runId === 'string' && !runs.has(runId);

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
  const ask = (query: string, from = range.from): Promise<Row[]> => {
    shell.err(`Asks CloudWatch of the stage ${stage} in ${where}, in ${groups.length} log groups:\n  ${query}\n`);
    return runQuery({ groups, query, region, ...range, from }, shell, call.progress);
  };
  const rows = new Map<string, { readonly row: Row; readonly lines: readonly LogLine[] }>();
  const runs = new Set<string>();
  const keep = (found: readonly Row[]) => {
    for (const row of found) {
      const lines = linesOfRow(row, stage).filter((line) => !isOfOthers(line, runs));
      rows.set(`${row.log} ${row.timestamp} ${row.message}`, { row, lines });
    }
    return [...rows.values()].flatMap(({ lines }) => lines);
  };
  let lines = keep(await ask(queryFor(id)));
  const followed = new Set(lines.length === 0 ? [] : [id]);
  for (let hop = 0; hop < MOST_HOPS; hop += 1) {
    // What other runs an invocation of the first ones has looked after is not asked for.
    if (runs.size === 0) for (const runId of runsIn(lines)) runs.add(runId);
    const named = [...runs, ...idsIn(lines, id)].filter((each) => !followed.has(each));
    if (named.length === 0) break;
    const asked = named.slice(0, MOST_IDS);
    if (asked.length < named.length)
      shell.err(`Follows ${asked.length} of ${named.length} ids that these lines name.\n`);
    for (const each of asked) followed.add(each);
    const born = Math.min(...[...runs].map((runId) => (bornAt(runId) ?? range.from) - 60_000), range.from);
    const [ofRuns, others] = [asked.filter((each) => runs.has(each)), asked.filter((each) => !runs.has(each))];
    lines = keep(await ask(queryForAny(others, ofRuns), born));
  }
  call.progress.end();
  return [...rows.values()]
    .toSorted((a, b) => (a.row.timestamp < b.row.timestamp ? -1 : a.row.timestamp > b.row.timestamp ? 1 : 0))
    .flatMap((each) => each.lines);
};
