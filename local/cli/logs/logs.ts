import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { counted } from '../../../lib/telemetry/terminal/run-line.ts';
import { STAGE } from '../../../scripts/read-options.ts';
import { dataDirectoryOf } from '../../data-files.ts';
import { functionNames, MOST_LINES, runQuery } from '../find/cloudwatch.ts';
import { lineText, valueText } from '../find/line-text.ts';
import type { LogLine } from '../find/lines.ts';
import { readLocalLog } from '../find/local-log.ts';
import { linesOfRow } from '../find/platform-lines.ts';
import { type Call, verbOf } from '../parts.ts';
import { Misused } from '../verb.ts';
import { ACCESS, fieldName, isWanted, queryOf, type Wanted, wantedBy } from './wanted.ts';

const USAGE = `Shows lines of the log by what they say, the newest last, or counts them.

  npx ballast logs "request failed" --stage prod --region eu-central-1
  npx ballast logs "request refused" code=budget-exceeded --by tenantId --stage prod
  npx ballast logs "run finished" --most costUsd --stage prod
  npx ballast logs "Task timed out" "Runtime exited" function=messages --stage prod
  npx ballast logs access --by status --stage prod         what API Gateway answered
  npx ballast logs --level WARN                            of npm start on this machine

  <field>=<value>    only lines that have it; several: all of them. docs/operations.md has the messages and the fields
  --by <field>       how many lines have which value
  --most <field>     those with the most of it
  --level <level>    from this level on: DEBUG, INFO, WARN, ERROR
  --minutes <n>      how far back to look (default: 60)
  --limit <n>        so many lines (default: 20)
  --stage <stage>    of this stage on AWS, by CloudWatch Logs Insights (the AWS CLI), with your credentials; default: of npm
                     start on this machine
  --region <region>  default: AWS_REGION, or that of your profile
  --json             print the lines, or the counts, as JSON

npx ballast find has all about a line's request.
`;

const MINUTE_MS = 60_000;

const whole = (call: Call, name: string, byDefault: number): number => {
  const text = call.text(name) ?? String(byDefault);
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Misused(`--${name} is a whole number from 1.`);
  return Number(text);
};

interface Asked {
  readonly wanted: Wanted;
  readonly limit: number;
  readonly from: number;
}

const ofStage = async (call: Call, stage: string, { wanted, limit, from }: Asked): Promise<LogLine[]> => {
  if (!STAGE.test(stage)) throw new Misused('--stage is 1 to 64 letters, digits and -.');
  const { shell } = call;
  const all = functionNames(readFileSync(join(import.meta.dirname, '../../../serverless.yml'), 'utf8'));
  const asked = new Map(wanted.fields).get('function');
  const names = asked === undefined ? all : all.filter((name) => name === asked);
  if (names.length === 0) throw new Misused(`There is no function ${String(asked)}: they are ${all.join(', ')}.`);
  const isAccess = wanted.messages.includes(ACCESS);
  const groups = isAccess
    ? [`/aws/apigateway/ballast-${stage}`]
    : names.map((name) => `/aws/lambda/ballast-${stage}-${name}`);
  const query = queryOf(wanted, limit);
  const region = call.text('region');
  const where = region ?? shell.env['AWS_REGION'] ?? shell.env['AWS_DEFAULT_REGION'] ?? 'the region of your profile';
  shell.err(`Asks CloudWatch of the stage ${stage} in ${where}:\n  ${query}\n`);
  const rows = await runQuery({ groups, query, region, from, to: shell.clock.now() }, shell, call.progress);
  call.progress.end();
  return rows.toReversed().flatMap((row) => linesOfRow(row, stage));
};

const ofThisMachine = ({ shell }: Call, { from }: Asked): LogLine[] =>
  readLocalLog(dataDirectoryOf(shell)).filter(({ timestamp }) => Date.parse(String(timestamp)) >= from);

const amountIn = (line: LogLine, field: string): number => {
  const amount = Number(line[field] ?? Number.NaN);
  return Number.isFinite(amount) ? amount : -1;
};

const countBy = (lines: readonly LogLine[], field: string): { readonly value: string; readonly lines: number }[] =>
  [...Map.groupBy(lines, (line) => valueText(line[field] ?? '-'))]
    .map(([value, { length }]) => ({ value, lines: length }))
    .toSorted((a, b) => b.lines - a.lines);

const sayMore = ({ shell }: Call, isMore: boolean): void => {
  if (isMore) shell.err('There may be more: --limit shows so many.\n');
};

const logs = async (call: Call): Promise<undefined> => {
  const wanted = wantedBy(call.words, call.text('level'));
  const [by, most] = ['by', 'most'].map((name) => call.text(name));
  if (by !== undefined && most !== undefined) throw new Misused('--by and --most exclude each other.');
  const limit = whole(call, 'limit', 20);
  const minutes = whole(call, 'minutes', 60);
  const from = call.shell.clock.now() - minutes * MINUTE_MS;
  const asked = { wanted, limit: by === undefined && most === undefined ? limit : MOST_LINES, from };
  const stage = call.text('stage');
  const all = stage === undefined ? ofThisMachine(call, asked) : await ofStage(call, stage, asked);
  const found = all.filter((line) => isWanted(wanted, line));
  if (found.length === 0) call.shell.err(`No such line was written in the last ${counted(minutes, 'minute')}.\n`);
  if (by !== undefined) {
    const every = countBy(found, fieldName(by));
    const counts = every.slice(0, limit);
    sayMore(call, every.length > limit);
    call.print(counts, () => (found.length === 0 ? '' : call.table([by, 'lines'], counts.map(Object.values))));
    return;
  }
  const shown =
    most === undefined
      ? found.slice(-limit)
      : found.toSorted((a, b) => amountIn(b, fieldName(most)) - amountIn(a, most)).slice(0, limit);
  // Of a stage so many were asked for that a person reads, and it is not known how many there are.
  sayMore(call, found.length > limit || (stage !== undefined && most === undefined && found.length === limit));
  call.print(shown, () => shown.map((line) => lineText(line, call.paint, ['requestId'])).join(''));
};

const text = { type: 'string' } as const;

/** `ballast logs`. */
export const findLines = verbOf({
  usage: USAGE,
  parts: {
    '': {
      takes: ['...words'],
      options: { stage: text, region: text, by: text, most: text, level: text, minutes: text, limit: text },
      run: logs,
    },
  },
});
