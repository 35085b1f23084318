import { OF_SCHEDULES, QUIET_LOG_BYTES } from './counted.ts';
import { BYTES_IN_GB, MINUTES_A_MONTH, PRICES } from './prices.ts';
import type { StageParts } from './read-template.ts';

/** One line of a bill. */
export interface CostLine {
  readonly what: string;
  readonly dollars: number;
  /** What it is made of. */
  readonly how: string;
}

/** Each hour another environment may read each of its secrets, and each environment every five minutes. */
const SECRET_READS_A_MINUTE = 0.4;

/** The reads of a schedule that has no counts: one query. */
const UNCOUNTED = { writes: 0, reads: 1 };

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** What a month of a stage costs in which nobody asks anything. `callMs`: how long a call of a scheduled function is billed. */
export const idleMonth = (stage: StageParts, callMs: number): CostLine[] => {
  const calls = stage.schedules.map((schedule) => ({ ...schedule, calls: MINUTES_A_MONTH / schedule.everyMinutes }));
  const sum = (of: (call: (typeof calls)[number]) => number) => calls.reduce((all, call) => all + of(call), 0);
  const all = sum((call) => call.calls);
  const gbSeconds = sum((call) => (call.calls * callMs * call.memoryMb) / 1_000 / 1_024);
  const counted = (name: string) => OF_SCHEDULES[name] ?? UNCOUNTED;
  const writes = sum((call) => call.calls * counted(call.function).writes);
  const reads = sum((call) => call.calls * counted(call.function).reads);
  const bytes = all * QUIET_LOG_BYTES[stage.logLevel as keyof typeof QUIET_LOG_BYTES];
  const secretReads = stage.secrets === 0 ? 0 : SECRET_READS_A_MINUTE * MINUTES_A_MONTH;
  const dashboards = Math.max(0, stage.dashboards - PRICES.freeDashboards);
  return [
    {
      what: 'Alarms',
      dollars: stage.alarmMetrics * PRICES.alarmMetricMonth + stage.compositeAlarms * PRICES.compositeAlarmMonth,
      how: `${plural(stage.alarmMetrics, 'metric')} that alarms look at, ${stage.compositeAlarms} composite`,
    },
    {
      what: 'Secrets',
      dollars: stage.secrets * PRICES.secretMonth + secretReads * PRICES.secretRead,
      how: `${plural(stage.secrets, 'secret')}, ${Math.round(secretReads)} reads`,
    },
    {
      what: 'Lambda',
      dollars: gbSeconds * PRICES.lambdaGbSecond + all * PRICES.lambdaRequest,
      how: `${Math.round(all)} calls by schedules, ${Math.round(gbSeconds)} GB-s`,
    },
    {
      what: 'Scheduler',
      dollars: Math.max(0, all - PRICES.freeScheduleCalls) * PRICES.scheduleCall,
      how: `${plural(calls.length, 'schedule')}; 14 million calls are free`,
    },
    {
      what: 'DynamoDB',
      dollars: writes * PRICES.dynamodbWrite + reads * PRICES.dynamodbRead,
      how: `${Math.round(writes)} writes, ${Math.round(reads)} reads`,
    },
    {
      what: 'Logs',
      dollars: (bytes / BYTES_IN_GB) * PRICES.logGb,
      how: `${(bytes / BYTES_IN_GB).toFixed(2)} GB at ${stage.logLevel}`,
    },
    { what: 'Metrics', dollars: 0, how: 'none has a value where nothing happens' },
    { what: 'Dashboards', dollars: dashboards * PRICES.dashboardMonth, how: `${stage.dashboards}; three are free` },
    { what: 'API Gateway', dollars: 0, how: 'no request' },
  ];
};

export const totalOf = (lines: readonly CostLine[]): number => lines.reduce((sum, { dollars }) => sum + dollars, 0);
