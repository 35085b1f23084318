import type { RunbookEntry } from './runbook-entry.ts';

const MINUTE_MS = 60_000;

/** The alarms of `rate-alarms.yml` and `limit-alarms.yml`; see `runbook.ts`. */
export const RATE_RUNBOOK: Readonly<Record<string, RunbookEntry>> = {
  errors: {
    severity: 'page',
    means:
      'Within five minutes, at least `errorRateAlarmPercent` (10) % of the calls were answered with a status of 500 or more, or their stream ended with such an error.',
    action: 'Look for the lines `request failed` and their `code`.',
    unit: '%',
    follows: { cause: 'provider-down', forMs: 10 * MINUTE_MS },
  },
  'success-rate': {
    severity: 'ticket',
    means:
      'Within an hour, less than `successAlarmPercent` (95) % of the runs ended well: the others failed or timed out.',
    action: 'Look at `Runs` by `agent` and `status`: is it one agent?',
    unit: '%',
    // It looks back an hour.
    follows: { cause: 'provider-down', forMs: 70 * MINUTE_MS },
  },
  'tool-failures': {
    severity: 'ticket',
    means:
      'Within five minutes, at least `toolFailureAlarmPercent` (50) % of the calls of tools failed, whether a fallback stood in or not.',
    action: '`ToolErrors` by `tool` says which one.',
    unit: '%',
  },
  'provider-down': {
    severity: 'page',
    means:
      'A dependency is away, and callers feel it: circuit-open or probe-unhealthy, together with errors or runs-degraded.',
    action: "Look at the provider's status page first: the other alarms are likely its consequences.",
  },
  'run-cost': {
    severity: 'ticket',
    means: 'A run cost more than `runCostAlarmUsd` (1 US dollar).',
    action: 'The lines `run finished` with the highest `costUsd` name the run, its agent and its tenant.',
    unit: 'US dollars',
  },
  'daily-spend': {
    severity: 'ticket',
    means: 'Within a day, all tenants together spent more than `dailySpendAlarmUsd`.',
    action: '`npm run usage` shows who spent it.',
    unit: 'US dollars',
  },
  'daily-forecast': {
    severity: 'ticket',
    means:
      'For fifteen minutes, all tenants together were on their way to spend more than `dailyForecastAlarmUsd` by the end of the UTC day.',
    action: '`npm run usage` shows who spends it.',
    unit: 'US dollars',
  },
  'budget-refusals': {
    severity: 'ticket',
    means:
      'Within five minutes, budgets refused at least `budgetRefusalsAlarmThreshold` (20) calls with 402, or would have in shadow.',
    action: 'The lines `budget refused` name the tenant and the budget.',
  },
  unauthenticated: {
    severity: 'ticket',
    means:
      'Within five minutes, at least `unauthenticatedAlarmThreshold` (100) requests had no valid credential (401).',
    action:
      'Ask first who has just changed a key or lets one expire: a client that tries on with an old key is the usual cause.',
  },
  'rate-limited': {
    severity: 'ticket',
    means: 'Within five minutes, at least `rateLimitedAlarmThreshold` (500) requests were refused with 429.',
    action: '`LimitRefusals` by `limit` and the lines `limit refused` say which limit of which tenant.',
  },
  'api-errors': {
    severity: 'page',
    means:
      'Within five minutes, API Gateway answered at least `apiErrorsAlarmThreshold` (5) requests with a status of 500 or more that did not come from Ballast.',
    action: 'Look at the access log of the API for `gatewayError` and `integrationStatus`.',
  },
  concurrency: {
    severity: 'ticket',
    means: 'The functions of the account ran `concurrencyAlarmThreshold` (800) at a time.',
    action: 'Ask AWS for a higher limit before it is met.',
  },
  'dynamodb-throttles': {
    severity: 'ticket',
    means:
      'Within five minutes, DynamoDB refused at least `dynamodbThrottlesAlarmThreshold` (10) reads or writes for being too many.',
    action: '`ReadThrottleEvents` and `WriteThrottleEvents` by `TableName` say which table.',
  },
  'notify-failing': {
    severity: 'page',
    means: '`notify-alarm` could not reach a target at three tries, so an alarm was not reported to it.',
    action:
      'In the log of `notify-alarm`, look for `alert failed` and `event failed`: a target that does not answer, or a malformed secret of the alerts.',
  },
};
