/** Where the prices come from, and of when they are: look them up before you decide by them. */
export const SOURCE = 'AWS price list, us-east-1, as published on aws.amazon.com/pricing';
export const AS_OF = '2026-11-30';

const MILLION = 1_000_000;

/**
 * US dollars for one of each. Free is only what stages cannot use up: three dashboards, and 14 million calls of the scheduler in
 * a month, which 76 idle stages make. The allowances of Lambda, of logs and of the first ten alarms are left out. */
export const PRICES = {
  /** A GB-second on arm64, and an invocation. */
  lambdaGbSecond: 0.0000133334,
  lambdaRequest: 0.2 / MILLION,
  /** An operation of a durable execution. */
  durableOperation: 8 / MILLION,
  /** A request of a REST API, streamed or not. */
  apiRequest: 3.5 / MILLION,
  /** Units of a table on demand. */
  dynamodbWrite: 0.625 / MILLION,
  dynamodbRead: 0.125 / MILLION,
  /** A GB that a log takes in. */
  logGb: 0.5,
  /** A metric of one's own, for a month in which it has a value in every hour. */
  metricMonth: 0.3,
  /** Each metric that an alarm looks at; a composite alarm. */
  alarmMetricMonth: 0.1,
  compositeAlarmMonth: 0.5,
  /** A dashboard; an account has three for nothing. */
  dashboardMonth: 3,
  freeDashboards: 3,
  secretMonth: 0.4,
  secretRead: 0.05 / 10_000,
  /** A call of EventBridge Scheduler, and how many an account has for nothing in a month. */
  scheduleCall: 1 / MILLION,
  freeScheduleCalls: 14 * MILLION,
} as const;

export const MINUTES_A_MONTH = 43_800;
export const BYTES_IN_GB = 1_000_000_000;
