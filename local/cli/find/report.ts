import { printable } from '../../../lib/telemetry/terminal/printable.ts';
import { counted } from '../../../lib/telemetry/terminal/run-line.ts';
import type { Call } from '../parts.ts';
import { describeRun, type ShownRun } from '../runs.ts';
import { pairs } from '../table.ts';
import { TRACE_HEAD, traceRows } from '../trace-table.ts';
import type { FoundRun } from './books.ts';
import { lineText } from './line-text.ts';
import type { LogLine } from './lines.ts';

/** What is found under an id. */
export interface Found {
  readonly id: string;
  readonly lines: readonly LogLine[];
  /** Why something ended that no line of its own says. */
  readonly causes: readonly string[];
  readonly runs: readonly FoundRun[];
}

/** Why there is no row of a run. */
const rowless = (runId: string, lines: readonly LogLine[]): string =>
  lines.some(({ runId: own, status }) => own === runId && status === 'refused')
    ? `${runId} was refused before it began: nothing of it is kept.\n`
    : `${runId} is a call of /v1, or its run is erased.\n`;

const runText = (
  { runId, run, trace, attempts, costUsd }: FoundRun,
  lines: readonly LogLine[],
  { table, paint }: Call,
): string => {
  const title = (said: string) => `\n${paint.bold(said)}\n`;
  const shown = run === null ? rowless(runId, lines) : describeRun(run as unknown as ShownRun);
  const steps = trace === null || trace.steps.length === 0 ? '' : table(TRACE_HEAD, traceRows(trace.steps));
  const money = table(
    ['on the books', 'at', 'model', 'answered', 'in', 'out', 'read', 'written', 'cost'],
    attempts.map((each) => [
      each.attemptId.slice(runId.length + 1),
      each.at.slice(11, 23),
      each.model,
      each.answered ? 'yes' : 'no',
      each.inputTokens,
      each.outputTokens,
      each.cacheReadInputTokens,
      each.cacheCreationInputTokens,
      each.costUsd,
    ]),
  );
  return [
    title('The run'),
    shown,
    ...(steps === '' ? [] : [title('Its steps and attempts'), steps]),
    title('Its money'),
    attempts.length === 0 ? 'Nothing is booked for it.\n' : `${money}Together $${costUsd}\n`,
  ].join('');
};

/** What the lines have in common, once. */
const idsOf = (lines: readonly LogLine[]): [string, string][] =>
  ['requestId', 'runId', 'traceId'].flatMap((name) =>
    [...new Set(lines.map((line) => line[name]))].flatMap((id): [string, string][] =>
      typeof id === 'string' ? [[name, id]] : [],
    ),
  );

/** Lines, run, attempts and money, one below the other. */
export const report = ({ lines, causes, runs }: Found, call: Call): string =>
  [
    call.paint.bold(`The log: ${counted(lines.length, 'line')}\n`),
    pairs(idsOf(lines)),
    ...lines.map((line) => lineText(line, call.paint)),
    ...causes.map((cause) => `${call.paint.bold(printable(cause))}\n`),
    ...runs.map((run) => runText(run, lines, call)),
  ].join('');
