import { type LogLine, parseLines } from './lines.ts';

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

/** What Lambda itself says of an invocation, by the id of that; `null`: nothing of use. */
const ofLambda = (message: string): LogLine | null => {
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
  const ofFunction = ofLambda(message);
  if (ofFunction !== null) return [{ ...at, function: log.split(`/ballast-${stage}-`)[1] ?? null, ...ofFunction }];
  const isAccess = log.includes('/aws/apigateway/');
  return parseLines(message.trim()).map((line) =>
    isAccess ? { ...at, level: 'INFO', function: 'api-gateway', message: 'access', ...line } : line,
  );
};
