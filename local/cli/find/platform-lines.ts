import { type LogLine, parseLines } from './lines.ts';
import { factsOfRecord, factsOfThrown, isRecord, isThrown } from './platform-records.ts';

/** A line as CloudWatch has it. */
export interface Row {
  /** The group, behind the number of the account. */
  readonly log: string;
  /** `YYYY-MM-DD hh:mm:ss.sss`, UTC. */
  readonly timestamp: string;
  readonly message: string;
}

const TIMED_OUT = /^\S+ (\S+) Task timed out after ([\d.]+) seconds/;
const EXITED = /^RequestId: (\S+) Error: (Runtime exited[^\n]*)/;
const REPORT = /^REPORT RequestId: (\S+)/;

const factsOfReport = (message: string): LogLine => {
  const figure = (name: string) => Number(new RegExp(`\\t${name}: ([\\d.]+)`).exec(message)?.[1] ?? '0');
  return {
    level: 'INFO',
    message: 'REPORT',
    durationMs: figure('Duration'),
    memoryMb: figure('Memory Size'),
    maxMemoryMb: figure('Max Memory Used'),
    status: /\tStatus: (\w+)/.exec(message)?.[1] ?? null,
  };
};

/** What Lambda itself says of an invocation where its format is text, by the id of that; `null`: nothing of use. */
const ofText = (message: string): LogLine | null => {
  const [, late, seconds] = TIMED_OUT.exec(message) ?? [];
  if (late !== undefined)
    return { level: 'ERROR', message: 'Task timed out', function_request_id: late, seconds: Number(seconds) };
  const [, dead, said] = EXITED.exec(message) ?? [];
  if (dead !== undefined) return { level: 'ERROR', message: 'Runtime exited', function_request_id: dead, said };
  const [, over] = REPORT.exec(message) ?? [];
  return over === undefined ? null : { ...factsOfReport(message), function_request_id: over };
};

/** The lines that a row of a stage's logs has: Ballast's own as they are, those of Lambda and API Gateway in the same form. */
export const linesOfRow = ({ log, timestamp, message }: Row, stage: string): LogLine[] => {
  const at = { timestamp: `${timestamp.replace(' ', 'T')}Z` };
  const ofLambda = { ...at, function: log.split(`/ballast-${stage}-`)[1] ?? null };
  const ofFunction = ofText(message);
  if (ofFunction !== null) return [{ ...ofLambda, ...ofFunction }];
  const isAccess = log.includes('/aws/apigateway/');
  return parseLines(message.trim()).flatMap((line) => {
    if (isAccess) return [{ ...at, level: 'INFO', function: 'api-gateway', message: 'access', ...line }];
    if (isThrown(line)) return [{ ...ofLambda, ...factsOfThrown(line) }];
    if (!isRecord(line)) return [line];
    const facts = factsOfRecord(line);
    return facts === null ? [] : [{ ...ofLambda, ...facts }];
  });
};
