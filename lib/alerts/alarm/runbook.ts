import { RATE_RUNBOOK } from './rate-runbook.ts';
import type { RunbookEntry } from './runbook-entry.ts';

/** What looks back five minutes is over by then. */
const FOLLOWS = { cause: 'provider-down', forMs: 10 * 60_000 } as const;

/** Every alarm of `infra/`, by its name without `ballast-<stage>-`. */
export const RUNBOOK: Readonly<Record<string, RunbookEntry>> = {
  ...RATE_RUNBOOK,
  'latency-p95': {
    severity: 'ticket',
    means: 'For fifteen minutes, one run in twenty took longer than `latencyP95AlarmMs` (60 s).',
    action:
      'Compare `ModelFirstContent` and `ModelAttemptDuration` by `model` with their usual values: is it the provider?',
    unit: 'ms',
  },
  'latency-p99': {
    severity: 'ticket',
    means:
      'For fifteen minutes, one run in a hundred took longer than `latencyP99AlarmMs` (110 s), which is nearly the deadline of a run.',
    action: 'If such runs need that long, raise `runTimeoutMs` together with the two limits above it (configuration).',
    unit: 'ms',
  },
  'messages-latency-p95': {
    severity: 'ticket',
    means:
      'For fifteen minutes, one call of `POST /v1/messages` in twenty took longer than `messagesLatencyP95AlarmMs` (300 s), a stream to its last event.',
    action:
      'Compare `ModelFirstContent` by `model` with its usual values: if it has grown, the provider is slow; if not, the answers are longer.',
    unit: 'ms',
  },
  'messages-latency-p99': {
    severity: 'ticket',
    means:
      'For fifteen minutes, one call of `POST /v1/messages` in a hundred took longer than `messagesLatencyP99AlarmMs` (800 s), which is nearly the deadline of a stream.',
    action:
      'Clients ask for answers that do not fit into the time that API Gateway streams (15 minutes at most): ask for a lower `max_tokens`.',
    unit: 'ms',
  },
  'circuit-open': {
    severity: 'ticket',
    means: 'A circuit is not closed: its dependency failed often enough to be left alone.',
    action:
      "The line `circuit changed` names it. For a model, look at the provider's status page; the lines `model attempted` before it contain the fault.",
    follows: FOLLOWS,
  },
  'runs-degraded': {
    severity: 'page',
    means:
      "Within five minutes, no model answered at least `degradedRunsAlarmThreshold` (5) runs: the caller got a stale cached answer, or the agent's `fallbackMessage`.",
    action: 'The lines `run degraded` have `servedBy` and, as `reason`, the error that it would have been.',
    follows: FOLLOWS,
  },
  'credential-rejected': {
    severity: 'page',
    means: 'An API key of the provider cannot be used.',
    action:
      'If it goes on, put a valid key into the secret `ballast/<stage>/anthropic` (operations.md); it is used from the next refusal on, without a deployment.',
  },
  'usage-unrecorded': {
    severity: 'ticket',
    means:
      'An attempt was paid for, and its usage record could be written neither into the ledger nor into the control table for the reconciler.',
    action: 'Check that DynamoDB works (probe-unhealthy).',
  },
  'usage-unpriced': {
    severity: 'ticket',
    means:
      'An answer contained something that has no known price (a counter, a tier, a speed, a geography, the model of an iteration), or no count that can be right.',
    action: "Look at the provider's price list, and add the price to `MODEL_PRICES` or update Ballast.",
  },
  'budget-drift': {
    severity: 'ticket',
    means: 'The counter of a closed day differs from the sum of its usage records.',
    action: 'It is not urgent: the counter keeps limiting. Do not correct anything yet.',
  },
  'reservations-lost': {
    severity: 'ticket',
    means:
      'Within five minutes, at least `lostReservationsAlarmThreshold` (5) reservations outlived their process and were booked in full: processes die in the middle of model calls.',
    action:
      'What happened a quarter of an hour earlier? See lambda-errors for a crash or missing memory: `Runtime exited`, `Task timed out` or `Max Memory Used` in the logs of `run-agent` and `messages`.',
  },
  'budget-unsettled': {
    severity: 'ticket',
    means:
      'Within five minutes, at least `unsettledBudgetsAlarmThreshold` (5) calls were booked and could neither settle their reservations nor park them.',
    action:
      'The cause is DynamoDB: probe-unhealthy, throttling of the ledger table, or one hot tenant whose item needs more writes than an item can take (decision 0008).',
  },
  'limit-unguarded': {
    severity: 'ticket',
    means:
      'In three of five minutes, calls went through although their limits could not be read or written: rate limits and limits of concurrent runs let calls pass while their store fails.',
    action: 'Check that DynamoDB works (probe-unhealthy) and whether the control table is throttled.',
  },
  'reconcile-silent': {
    severity: 'ticket',
    means: 'For five minutes, `reconcile-budgets` has finished no pass.',
    action: 'Is the schedule enabled (`aws scheduler list-schedules`)?',
  },
  'reconcile-failures': {
    severity: 'ticket',
    means: 'In three of five minutes, a pass could not finish the accounts of some tenant; it finished the others.',
    action: 'The log of `reconcile-budgets` says which and why.',
  },
  'probe-silent': {
    severity: 'ticket',
    means: 'For five minutes, no call of `probe-dependencies` ended well.',
    action: 'Is the schedule enabled (`aws scheduler list-schedules`)?',
  },
  'probe-unhealthy': {
    severity: 'page',
    means: 'In three of five minutes, a dependency was not healthy.',
    action: '`GET /health` shows which one, and so does `DependencyFailures` by `dependency`.',
    follows: FOLLOWS,
  },
  'gateway-errors': {
    severity: 'page',
    means:
      'Like lambda-errors, for the functions that clients of the Anthropic API call: `messages` and `ask-provider`.',
    action:
      '`Task timed out` in the log of `messages` means that a stream outlived `STREAM_TIMEOUT_MS` by 20 seconds: look for `store failed` lines before it.',
  },
  'lambda-errors': {
    severity: 'ticket',
    means: 'At least once in five minutes, a function crashed, ran out of time, or could not do its work.',
    action: 'The metric `Errors` of AWS/Lambda by `FunctionName` says which one.',
  },
  'lambda-throttles': {
    severity: 'page',
    means: 'Lambda refused calls of the account because no concurrency was left; clients saw 503 with `Retry-After`.',
    action:
      "Compare `ConcurrentExecutions` with the account's limit. Ask AWS for more, or reserve a part for this stage. If a single tenant causes it, limit that tenant.",
  },
  'run-worker-errors': {
    severity: 'ticket',
    means:
      'At least once in five minutes, an invocation of `execute-run` crashed, ran out of time or memory, or could not read its run.',
    action: 'In the log of `execute-run`, look for `Runtime exited`, `Task timed out` and `function failed`.',
  },
  'runs-stuck': {
    severity: 'ticket',
    means:
      'A run works and has made no progress for `RUN_STUCK_MS` (30 minutes), although no step takes longer than ten.',
    action: 'Look whether its execution still runs (`aws lambda list-durable-executions-by-function`, as below).',
  },
  'runs-lost': {
    severity: 'ticket',
    means:
      'The execution of a run could not be started within six hours, failed, took longer than 30 days or was stopped by somebody.',
    action: 'So there is nothing to be repaired in a run; the question is why.',
  },
  'run-status-lost': {
    severity: 'ticket',
    means:
      'The end of an execution did not reach its run: `project-run-status` failed three times, or EventBridge could not call it within a day.',
    action: 'Look for `function failed` in the log of `project-run-status`, and mend the cause.',
  },
  'webhooks-lost': {
    severity: 'note',
    means:
      'A notification about a run was given up: its receiver answered 410, or took it at none of ten tries within a day.',
    action: 'Tell whoever operates the receiver; what was missed is read with `GET /agent/runs`.',
  },
};

/** The names, the longer ones first: one may be the end of another. */
const NAMES = Object.keys(RUNBOOK).sort((a, b) => b.length - a.length);

/** Whose runbook an alarm named `ballast-<stage>-<name>` has, or `-2` after it; `null`: it is none of Ballast's. */
export const runbookName = (alarm: string): string | null => {
  const [, rest = ''] = /^ballast-(.+?)(?:-\d)?$/.exec(alarm) ?? [];
  return NAMES.find((name) => rest.endsWith(`-${name}`)) ?? null;
};
