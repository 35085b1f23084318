import { parse } from 'yaml';
import type { Progress } from '../../../lib/telemetry/terminal/progress.ts';
import { Refused, type Shell } from '../verb.ts';
import type { Row } from './platform-lines.ts';

export interface LogQuery {
  readonly groups: readonly string[];
  readonly query: string;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly region: string | undefined;
}

/** The functions of a stage, each with a log group of its own, by its description in `serverless.yml`. */
export const functionNames = (description: string): string[] =>
  Object.keys((parse(description) as { readonly functions: object }).functions);

/** What of the id may stand in a query: nothing that would end its quotes. */
const ID = /^[\w.-]{1,128}$/;

/** What Insights gives at most. */
export const MOST_LINES = 10_000;

const found = (filter: string): string =>
  `fields @timestamp, @log, @message | filter ${filter} | sort @timestamp asc | limit ${MOST_LINES}`;

/** CloudWatch Logs Insights finds by it all lines of a request or run, in every group. Throws `Refused` for what is no id. */
export const queryFor = (id: string): string => {
  if (!ID.test(id)) throw new Refused('An id is 1 to 128 letters, digits and . _ -.');
  const isIn = ['requestId', 'runId', 'function_request_id'].map((field) => `${field} = "${id}"`);
  return found(isIn.join(' or '));
};

/**
 * Finds the lines of these runs, and those that have one of the ids anywhere, as the text that Lambda itself writes has them.
 * One of both is named at least.
 */
export const queryForAny = (ids: readonly string[], runIds: readonly string[]): string =>
  found(
    [
      ...(ids.length === 0 ? [] : [`@message like /${ids.join('|')}/`]),
      ...runIds.map((runId) => `runId = "${runId}"`),
    ].join(' or '),
  );

const POLL_MS = 1_000;

/** Insights itself ends a query after 60 minutes; nobody waits that long. */
const MAX_POLLS = 300;

interface Results {
  readonly status: string;
  readonly results: readonly (readonly { readonly field: string; readonly value: string }[])[];
}

const rowOf = (fields: Results['results'][number]): Row => {
  const value = (name: string) => fields.find(({ field }) => field === name)?.value ?? '';
  return { log: value('@log'), timestamp: value('@timestamp'), message: value('@message') };
};

const aws = async (shell: Shell, words: readonly string[]): Promise<unknown> => {
  const { code, stdout, stderr } = await shell.command('aws', [...words, '--output', 'json']);
  if (code === null)
    throw new Refused('There is no program aws here: install the AWS CLI, or run the query in the console.');
  if (code !== 0) throw new Refused(stderr.trim() || `aws ended with ${code}.`);
  return JSON.parse(stdout) as unknown;
};

/** Has CloudWatch look for lines, with whatever credentials the AWS CLI finds. */
export const runQuery = async (
  { groups, query, from, to, region }: LogQuery,
  shell: Shell,
  progress: Pick<Progress, 'at'>,
): Promise<Row[]> => {
  const seconds = (ms: number) => String(Math.floor(ms / 1000));
  const where = region === undefined ? [] : ['--region', region];
  const range = ['--start-time', seconds(from), '--end-time', seconds(to + 999)];
  const start = ['logs', 'start-query', '--log-group-names', ...groups, ...range, '--query-string', query, ...where];
  const { queryId } = (await aws(shell, start)) as { readonly queryId: string };
  for (let poll = 0; poll < MAX_POLLS; poll += 1) {
    const words = ['logs', 'get-query-results', '--query-id', queryId, ...where];
    const { status, results } = (await aws(shell, words)) as Results;
    if (status === 'Complete') {
      if (results.length >= MOST_LINES) shell.err(`CloudWatch gives ${MOST_LINES} lines at most: there may be more.\n`);
      return results.map(rowOf);
    }
    if (status !== 'Running' && status !== 'Scheduled') throw new Refused(`CloudWatch ended the query as ${status}.`);
    progress.at({ done: poll + 1, of: null, what: 's of looking in CloudWatch' });
    await new Promise<void>((resolve) => void shell.clock.after(POLL_MS, resolve));
  }
  throw new Refused('CloudWatch did not finish the query within five minutes.');
};
