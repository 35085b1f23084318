import type { LogLine } from './lines.ts';

/** What Lambda itself says of an invocation, as its Telemetry API has it. */
interface PlatformRecord {
  readonly type: string;
  readonly record: {
    readonly requestId?: string;
    readonly status?: string;
    readonly errorType?: string;
    readonly metrics?: {
      readonly durationMs?: number;
      readonly memorySizeMB?: number;
      readonly maxMemoryUsedMB?: number;
    };
  };
}

export const isRecord = (line: LogLine): line is LogLine & PlatformRecord =>
  String(line['type']).startsWith('platform.') && typeof line['record'] === 'object';

/** What a function has thrown, as the runtime client logs it; the id is that of Lambda. */
interface Thrown {
  readonly level: string;
  readonly requestId?: string;
  readonly message: { readonly errorType: string };
}

export const isThrown = ({ message }: LogLine): boolean =>
  typeof message === 'object' && message !== null && 'errorType' in message;

/** In the form of Ballast's own lines, without the words of the error, which may be anybody's. */
export const factsOfThrown = (line: LogLine): LogLine => {
  const { level, requestId = null, message } = line as unknown as Thrown;
  return { level, message: 'function failed', error: message.errorType, function_request_id: requestId };
};

/** By these errors a process was ended, and not a handler that has thrown one of its own. */
const OF_RUNTIME = 'Runtime.';

const factsOfEnd = ({ status, errorType = '', metrics }: PlatformRecord['record']): LogLine | null => {
  if (status === 'timeout')
    return { level: 'ERROR', message: 'Task timed out', seconds: (metrics?.durationMs ?? 0) / 1_000 };
  return errorType.startsWith(OF_RUNTIME) ? { level: 'ERROR', message: 'Runtime exited', said: errorType } : null;
};

const factsOfReport = ({ status, metrics = {} }: PlatformRecord['record']): LogLine => ({
  level: 'INFO',
  message: 'REPORT',
  durationMs: metrics.durationMs ?? 0,
  memoryMb: metrics.memorySizeMB ?? 0,
  maxMemoryMb: metrics.maxMemoryUsedMB ?? 0,
  status: status === 'failure' ? 'error' : (status ?? null),
});

const FACTS: ReadonlyMap<string, (record: PlatformRecord['record']) => LogLine | null> = new Map([
  ['platform.runtimeDone', factsOfEnd],
  ['platform.report', factsOfReport],
]);

/** In the form of Ballast's own lines, with the words that Lambda has in text; `null`: nothing of use. */
export const factsOfRecord = ({ type, record }: PlatformRecord): LogLine | null => {
  const factsOf = FACTS.get(type);
  const facts = factsOf === undefined ? null : factsOf(record);
  return facts && { ...facts, function_request_id: record.requestId ?? null };
};

/** By the words of a record: how CloudWatch Logs Insights finds it. */
export const RECORD_QUERIES: ReadonlyMap<string, string> = new Map([
  ['Task timed out', '(type = "platform.runtimeDone" and record.status = "timeout")'],
  ['Runtime exited', `(type = "platform.runtimeDone" and record.errorType like "${OF_RUNTIME}")`],
  ['REPORT', 'type = "platform.report"'],
]);
