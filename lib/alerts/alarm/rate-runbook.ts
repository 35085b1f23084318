import type { RunbookEntry } from './runbook-entry.ts';

const MINUTE_MS = 60_000;

/** The alarms of `rate-alarms.yml` and `limit-alarms.yml`; see `runbook.ts`. */
export const RATE_RUNBOOK: Readonly<Record<string, RunbookEntry>> = {
  errors: {
    severity: 'page',
    means:
      'Within five minutes, at least `errorRateAlarmPercent` (10) % of the calls were answered with a status of 500 or more, or their stream or asynchronous run ended with such an error.',
    action:
      'Look for the lines `request failed` and their `code`. `upstream-error`, `upstream-overloaded`, `upstream-timeout`: the provider; see circuit-open. `store-unavailable`: DynamoDB or Secrets Manager; see probe-unhealthy. `internal`: a bug, and `frames` says where; if it came with a deployment, roll back. Asynchronous runs that failed so have it as the `reason` of `run finished`: `npx ballast logs "run finished" mode=async status=failed --by reason`.',
    look: 'npx ballast logs "request failed" --by code --stage <stage>',
    unit: '%',
    follows: { cause: 'provider-down', forMs: 10 * MINUTE_MS },
  },
  'success-rate': {
    severity: 'ticket',
    means:
      'Within an hour, less than `successAlarmPercent` (95) % of the runs ended well: the others failed or timed out.',
    action:
      'Look at `Runs` by `agent` and `status`: is it one agent? The lines `run finished` have the `reason`. If requests fail too, begin with errors.',
    look: 'npx ballast logs "run finished" status=failed --by reason --stage <stage>',
    unit: '%',
    // It looks back an hour.
    follows: { cause: 'provider-down', forMs: 70 * MINUTE_MS },
  },
  'tool-failures': {
    severity: 'ticket',
    means:
      'Within five minutes, at least `toolFailureAlarmPercent` (50) % of the calls of tools failed, whether a fallback stood in or not.',
    action: '`ToolErrors` by `tool` says which one. The lines `tool finished` have the class of its error.',
    look: 'npx ballast logs "tool finished" --by tool --level WARN --stage <stage>',
    unit: '%',
  },
  'provider-down': {
    severity: 'page',
    means:
      'A dependency is away, and callers feel it: circuit-open or probe-unhealthy, together with errors or runs-degraded.',
    action:
      "Look at the provider's status page first: the other alarms are likely its consequences. Then circuit-open and probe-unhealthy. Set `fallbackModels` if it lasts.",
    look: 'npx ballast circuits --stage <stage>',
  },
  'run-cost': {
    severity: 'ticket',
    means: 'A run cost more than `runCostAlarmUsd` (1 US dollar).',
    action:
      'The lines `run finished` with the highest `costUsd` name the run, its agent and its tenant. Set `maxCostUsd` in its requests, or `maxModelCalls` of the agent.',
    look: 'npx ballast logs "run finished" --most costUsd --stage <stage>',
    unit: 'US dollars',
  },
  'daily-spend': {
    severity: 'ticket',
    means: 'Within a day, all tenants together spent more than `dailySpendAlarmUsd`.',
    action: '`npx ballast usage --admin` shows who spent it. It limits nothing: `stageDailyBudgetUsd` does (tenants).',
    look: 'npx ballast usage --admin --group-by tenant,day --stage <stage>',
    unit: 'US dollars',
  },
  'daily-forecast': {
    severity: 'ticket',
    means:
      'For fifteen minutes, all tenants together were on their way to spend more than `dailyForecastAlarmUsd` by the end of the UTC day.',
    action: '`npx ballast usage --admin` shows who spends it.',
    look: 'npx ballast usage --admin --group-by tenant,day --stage <stage>',
    unit: 'US dollars',
  },
  'budget-refusals': {
    severity: 'ticket',
    means:
      'Within five minutes, budgets refused at least `budgetRefusalsAlarmThreshold` (20) calls with 402, or would have in shadow.',
    action:
      'The lines `request refused` with the code `budget-exceeded` name the tenant and the budget, by `scope` and `period`. Raise it, or ask the tenant (budgets).',
    look: 'npx ballast logs "request refused" code=budget-exceeded --by tenantId --stage <stage>',
  },
  unauthenticated: {
    severity: 'ticket',
    means:
      'Within five minutes, at least `unauthenticatedAlarmThreshold` (100) requests had no valid credential (401).',
    action:
      'Ask first who has just changed a key or lets one expire: a client that tries on with an old key is the usual cause. If it is somebody who guesses, the access log of the API has the address; a web ACL keeps it away (deployment).',
    look: 'npx ballast logs access status=401 --by ip --stage <stage>',
  },
  'rate-limited': {
    severity: 'ticket',
    means: 'Within five minutes, at least `rateLimitedAlarmThreshold` (500) requests were refused with 429.',
    action:
      'The lines `request refused` with the code `rate-limited` name the tenant and its `limit`. A client that does not obey `Retry-After` should; a tenant that has grown needs a higher limit.',
    look: 'npx ballast logs "request refused" code=rate-limited --by tenantId --stage <stage>',
  },
  forbidden: {
    severity: 'ticket',
    means:
      'Within five minutes, at least `forbiddenAlarmThreshold` (200) requests with a valid credential were refused for what it may not do (403).',
    action:
      'The lines `request refused` with the code `forbidden` name the tenant: ask whoever holds its keys. A scope, a model or an agent that was taken away, a suspended tenant or a limit of 0 are the usual causes, with a client that tries on. If nobody knows of it, the key may be in other hands: revoke it.',
    look: 'npx ballast logs "request refused" code=forbidden --by tenantId --stage <stage>',
  },
  'not-found': {
    severity: 'ticket',
    means:
      'Within five minutes, at least `notFoundAlarmThreshold` (500) requests with a valid credential were for what is not there (404).',
    action:
      "The lines `request refused` with the code `not-found` name the tenant: somebody may be guessing ids. What is another tenant's is 404 too, so nothing was told. A client that polls runs that have been erased is the usual cause.",
    look: 'npx ballast logs "request refused" code=not-found --by tenantId --stage <stage>',
  },
  'internal-errors': {
    severity: 'page',
    means:
      'Within five minutes, at least `internalErrorsAlarmThreshold` (3) requests ended by a fault of Ballast or of an agent (500, `internal`).',
    action: 'The lines `request failed` have the error with its frames. If it began with a deployment, roll that back.',
    look: 'npx ballast logs "request failed" code=internal --stage <stage>',
  },
  'api-errors': {
    severity: 'page',
    means:
      'Within five minutes, API Gateway answered at least `apiErrorsAlarmThreshold` (5) requests with a status of 500 or more that did not come from Ballast.',
    action:
      'Look at the access log of the API for `gatewayError` and `integrationStatus`. 504: a function took longer than the API waits. 503 without a line of ours: lambda-throttles or lambda-errors.',
    look: 'npx ballast logs access --by gatewayError --stage <stage>',
  },
  concurrency: {
    severity: 'ticket',
    means: 'The functions of the account ran `concurrencyAlarmThreshold` (800) at a time.',
    action:
      'Ask AWS for a higher limit before it is met. Then Lambda refuses calls: lambda-throttles. Streams and watchers occupy an environment for as long as they last.',
    look: 'aws lambda get-account-settings',
  },
  'dynamodb-throttles': {
    severity: 'ticket',
    means:
      'Within five minutes, DynamoDB refused at least `dynamodbThrottlesAlarmThreshold` (10) reads or writes for being too many.',
    action:
      '`ReadThrottleEvents` and `WriteThrottleEvents` by `TableName` say which table. Single throttled writes are tried again and harm nothing.',
    look: 'npx ballast logs "store failed" --by throttledBy --stage <stage>',
  },
  'notify-failing': {
    severity: 'page',
    means:
      'At least `notifyFailingAlarmThreshold` (1) alarms were not reported to a target, which `notify-alarm` could not reach at three tries.',
    action:
      'In the log of `notify-alarm`, look for `alert failed` and `event failed`: a target that does not answer, or a malformed secret of the alerts.',
    look: 'npx ballast logs "alert failed" "event failed" function=notify-alarm --stage <stage>',
  },
};
