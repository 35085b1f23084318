import type { LogLine } from './lines.ts';

const isThere = (value: unknown): value is string => typeof value === 'string' && value !== '-' && value !== '';

const memoryOf = (report: LogLine | undefined): string =>
  report === undefined ? '' : `, ${String(report['maxMemoryMb'])} of ${String(report['memoryMb'])} MB`;

const nameIn = (line: LogLine | undefined): string =>
  typeof line?.['function'] === 'string' ? line['function'] : 'of an unknown name';

/** How Lambda ended one invocation; `null`: it ended by itself. */
const killed = (lines: readonly LogLine[]): string | null => {
  const named = (message: string) => lines.find((line) => line['message'] === message);
  const [late, dead, report] = [named('Task timed out'), named('Runtime exited'), named('REPORT')];
  const name = nameIn(late ?? dead ?? report);
  const isFull = report !== undefined && Number(report['maxMemoryMb']) >= Number(report['memoryMb']);
  if (late !== undefined || report?.['status'] === 'timeout') {
    const seconds = late === undefined ? Number(report?.['durationMs']) / 1_000 : Number(late['seconds']);
    return `The function ${name} was killed: out of time after ${seconds} s${memoryOf(report)}.`;
  }
  if (isFull && (dead !== undefined || report['status'] === 'error'))
    return `The function ${name} was killed: out of memory${memoryOf(report)}.`;
  if (dead !== undefined) return `The function ${name} crashed: ${String(dead['said'])}${memoryOf(report)}.`;
  return report?.['status'] === 'error' ? `The function ${name} failed${memoryOf(report)}.` : null;
};

/** What API Gateway answered in the place of a function; `null`: a function answered. */
const ofGateway = (line: LogLine): string | null => {
  const { gatewayError: error, status, integrationStatus: told } = line;
  if (!isThere(error)) return null;
  const reason = [error, ...(isThere(told) ? [`Lambda answered ${told}`] : [])].join('; ');
  // It has then asked for a function, which may have run all the same; a throttled one has not.
  const mayHaveRun = error.startsWith('INTEGRATION') && told !== '429';
  return `API Gateway answered ${String(status)} itself (${reason})${mayHaveRun ? '' : ': no function ran'}.`;
};

/** Why no function wrote the end of what was asked: a sentence for each, for a person. */
export const causesIn = (lines: readonly LogLine[]): string[] => {
  const invocations = Map.groupBy(lines, (line) => line['function_request_id']);
  const ended = [...invocations].map(([id, all]) => (typeof id === 'string' ? killed(all) : null));
  return [...lines.map(ofGateway), ...ended].filter((cause) => cause !== null);
};
