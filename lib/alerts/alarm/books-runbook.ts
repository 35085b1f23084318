import type { RunbookEntry } from './runbook-entry.ts';

/** The alarms of `books-alarms.yml`; see `runbook.ts`. */
export const BOOKS_RUNBOOK: Readonly<Record<string, RunbookEntry>> = {
  'usage-unrecorded': {
    severity: 'ticket',
    means:
      'Within five minutes, at least `usageUnrecordedAlarmThreshold` (1) attempts were paid for, and their usage records could be written neither into the ledger nor into the control table for the reconciler.',
    action:
      'Check that DynamoDB works (probe-unhealthy). If the exact cost matters and nothing was booked yet, book each line by hand, as operations.md shows.',
    look: 'npx ballast logs "usage unrecorded" --stage <stage>',
  },
  'usage-unpriced': {
    severity: 'ticket',
    means:
      'Within five minutes, at least `usageUnpricedAlarmThreshold` (1) processes met something that has no known price (a counter, a tier, a speed, a geography, the model of an iteration), or no count that can be right.',
    action: "Look at the provider's price list, and add the price to `MODEL_PRICES` or update Ballast.",
    look: 'npx ballast logs "usage unpriced" --stage <stage>',
  },
  'budget-drift': {
    severity: 'ticket',
    means:
      'The counters of at least `budgetDriftAlarmThreshold` (1) closed days differ from the sums of their usage records.',
    action:
      'It is not urgent: the counter keeps limiting. Do not correct anything yet. Save the item (`aws dynamodb get-item`, partition key `budget#<tenantId>`, sort key the month) and the records of that day before they change, then read operations.md.',
    look: 'npx ballast logs "budget drifted" --stage <stage>',
  },
  'reservations-lost': {
    severity: 'ticket',
    means:
      'Within five minutes, at least `lostReservationsAlarmThreshold` (5) reservations outlived their process and were booked in full: processes die in the middle of model calls.',
    action:
      'What happened a quarter of an hour earlier? See lambda-errors for a crash or missing memory: `Runtime exited`, `Task timed out` or a `REPORT` with all of its memory in the logs of `run-agent` and `messages`. If memory ran out, raise `memorySize` in `serverless.yml`.',
    look: 'npx ballast logs "Runtime exited" "Task timed out" --by function --stage <stage>',
  },
  'budget-unsettled': {
    severity: 'ticket',
    means:
      'Within five minutes, at least `unsettledBudgetsAlarmThreshold` (5) calls were booked and could neither settle their reservations nor park them.',
    action:
      'The cause is DynamoDB: probe-unhealthy, throttling of the ledger table, or one hot tenant whose item needs more writes than an item can take: set its `budgetShards`.',
    look: 'npx ballast logs "budget unsettled" --by error --stage <stage>',
  },
  'limit-unguarded': {
    severity: 'ticket',
    means:
      'In three of five minutes, at least `limitUnguardedAlarmThreshold` (1) calls a minute went through although their limits could not be read or written: rate limits and limits of concurrent runs let calls pass while their store fails.',
    action:
      'Check that DynamoDB works (probe-unhealthy) and whether the control table is throttled. `limit unguarded` names the limit and the error; `AccessDeniedException` after a deployment points to the role.',
    look: 'npx ballast logs "limit unguarded" --by error --stage <stage>',
  },
  'reconcile-silent': {
    severity: 'ticket',
    means: 'For `reconcileSilentAlarmCount` (5) minutes, `reconcile-budgets` has finished no pass.',
    action:
      'Does the function fail or run out of its 55 seconds (lambda-errors), or is it throttled (lambda-throttles)? If neither, is its schedule enabled (`aws scheduler list-schedules`)? Until it runs again, `npx ballast reconcile --stage <stage>` does a pass from your machine.',
    look: 'npx ballast logs "Runtime exited" "Task timed out" "event failed" function=reconcile-budgets --stage <stage>',
  },
  'reconcile-failures': {
    severity: 'ticket',
    means:
      'In three of five minutes, a pass could not finish the accounts of at least `reconcileFailuresAlarmThreshold` (1) tenants; it finished the others.',
    action:
      'The log of `reconcile-budgets` says which and why. `store failed` with `store-unavailable` points to DynamoDB.',
    look: 'npx ballast logs "store failed" function=reconcile-budgets --stage <stage>',
  },
};
