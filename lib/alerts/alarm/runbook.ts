import { BOOKS_RUNBOOK } from './books-runbook.ts';
import { RATE_RUNBOOK } from './rate-runbook.ts';
import type { RunbookEntry } from './runbook-entry.ts';

/** What looks back five minutes is over by then. */
const FOLLOWS = { cause: 'provider-down', forMs: 10 * 60_000 } as const;

/** Every alarm of `infra/`, by its name without `ballast-<stage>-`. */
export const RUNBOOK: Readonly<Record<string, RunbookEntry>> = {
  ...RATE_RUNBOOK,
  ...BOOKS_RUNBOOK,
  'latency-p95': {
    severity: 'ticket',
    means: 'For fifteen minutes, one run in twenty took longer than `latencyP95AlarmMs` (60 s).',
    action:
      'Compare `ModelFirstContent` and `ModelAttemptDuration` by `model` with their usual values: is it the provider? Then look at `ToolDuration` by `tool`, and at `ModelRetries`. More `modelCalls` in the lines `run finished` mean that an agent goes round in circles.',
    look: 'npx ballast logs "run finished" --most durationMs --stage <stage>',
    unit: 'ms',
  },
  'latency-p99': {
    severity: 'ticket',
    means:
      'For fifteen minutes, one run in a hundred took longer than `latencyP99AlarmMs` (110 s), which is nearly the deadline of a run.',
    action: 'If such runs need that long, raise `runTimeoutMs` together with the two limits above it (configuration).',
    look: 'npx ballast logs "run finished" --most durationMs --stage <stage>',
    unit: 'ms',
  },
  'messages-latency-p95': {
    severity: 'ticket',
    means:
      'For fifteen minutes, one call of `POST /v1/messages` in twenty took longer than `messagesLatencyP95AlarmMs` (300 s), a stream to its last event.',
    action:
      'Compare `ModelFirstContent` by `model` with its usual values: if it has grown, the provider is slow; if not, the answers are longer. Then look at `ModelAttempts` by `outcome` and at `ModelRetries`: a stream that is tried again begins late.',
    look: 'npx ballast logs request function=messages --most durationMs --stage <stage>',
    unit: 'ms',
  },
  'messages-latency-p99': {
    severity: 'ticket',
    means:
      'For fifteen minutes, one call of `POST /v1/messages` in a hundred took longer than `messagesLatencyP99AlarmMs` (800 s), which is nearly the deadline of a stream.',
    action:
      'Clients ask for answers that do not fit into the time that API Gateway streams (15 minutes at most): ask for a lower `max_tokens`.',
    look: 'npx ballast logs request function=messages --most durationMs --stage <stage>',
    unit: 'ms',
  },
  'circuit-open': {
    severity: 'ticket',
    means:
      'At least `circuitOpenAlarmThreshold` (1) circuits are not closed: their dependencies failed often enough to be left alone.',
    action:
      "The line `circuit changed` names it. For a model, look at the provider's status page; the lines `model attempted` before it contain the fault. If only one model is affected, set `fallbackModels` for the tenants. For a tool, look at its service. There is nothing to reset: a circuit closes by itself when its probes succeed.",
    look: 'npx ballast circuits --stage <stage>',
    follows: FOLLOWS,
  },
  'runs-degraded': {
    severity: 'page',
    means:
      "Within five minutes, no model answered at least `degradedRunsAlarmThreshold` (5) runs: the caller got a stale cached answer, or the agent's `fallbackMessage`.",
    action:
      "The lines `run degraded` have `servedBy` and, as `reason`, the error that it would have been. `circuit-open`, `upstream-*`: the provider; see circuit-open, although not every such fault opens a circuit. `rate-limited`: the provider's limit is used up for every model and key; ask for a higher one, add a key to the secret, or add a model with a limit of its own to `fallbackModels`.",
    look: 'npx ballast logs "run degraded" --by reason --stage <stage>',
    follows: FOLLOWS,
  },
  'credential-rejected': {
    severity: 'page',
    means:
      'Within five minutes, an API key of the provider could not be used, at least `credentialRejectedAlarmThreshold` (1) times.',
    action:
      'If the alarm is over after five minutes and there are no `errors`, a key was revoked before the secret had the new one, and Ballast has found the new one since. There is nothing to do. If it goes on, put a valid key into the secret `ballast/<stage>/anthropic` (operations.md); it is used from the next refusal on, without a deployment.',
    look: 'npx ballast logs "credential rejected" --by reason --stage <stage>',
  },
  'probe-silent': {
    severity: 'ticket',
    means:
      'No call of `probe-dependencies` ended well, for `probeSilentAlarmCount` (5) times in a row that one was due.',
    action:
      'Does the function fail (lambda-errors) or is it throttled (lambda-throttles)? If neither, is its schedule enabled (`aws scheduler list-schedules`)?',
    look: 'npx ballast logs "Runtime exited" "Task timed out" "event failed" function=probe-dependencies --stage <stage>',
  },
  'probe-unhealthy': {
    severity: 'page',
    means: 'In `probeUnhealthyAlarmCount` (3) of five probes, a dependency was not healthy.',
    action: '`GET /health` shows which one, and so does `DependencyFailures` by `dependency`.',
    look: 'npx ballast logs "dependency probed" --by dependency --level WARN --stage <stage>',
    follows: FOLLOWS,
  },
  'gateway-errors': {
    severity: 'page',
    means:
      'At least `gatewayErrorsAlarmThreshold` (1) times in five minutes, a function that clients of the Anthropic API call (`messages`, `ask-provider`) crashed, ran out of time, or could not do its work.',
    action:
      '`Task timed out` in the log of `messages` means that a stream outlived `STREAM_TIMEOUT_MS` by 20 seconds: look for `store failed` lines before it.',
    look: 'npx ballast logs "Runtime exited" "Task timed out" --by function --stage <stage>',
  },
  'lambda-errors': {
    severity: 'ticket',
    means:
      'At least `lambdaErrorsAlarmThreshold` (1) times in five minutes, a function crashed, ran out of time, or could not do its work.',
    action:
      'The metric `Errors` of AWS/Lambda by `FunctionName` says which one. In its log, look for `Task timed out`, `Runtime exited` or `event failed`.',
    look: 'npx ballast logs "Runtime exited" "Task timed out" "event failed" --by function --stage <stage>',
  },
  'lambda-throttles': {
    severity: 'page',
    means:
      'Within five minutes, Lambda refused at least `lambdaThrottlesAlarmThreshold` (1) calls of the account because no concurrency was left; clients saw 503 with `Retry-After`.',
    action:
      "Compare `ConcurrentExecutions` with the account's limit. Ask AWS for more, or reserve a part for this stage. If a single tenant causes it, limit that tenant.",
    look: 'aws lambda get-account-settings',
  },
  'run-worker-errors': {
    severity: 'ticket',
    means:
      'At least `runWorkerErrorsAlarmThreshold` (1) times in five minutes, an invocation of `execute-run` crashed, ran out of time or memory, or could not read its run.',
    action:
      'In the log of `execute-run`, look for `Runtime exited`, `Task timed out` and `event failed`. If memory ran out, raise `memorySize` of the function.',
    look: 'npx ballast logs "Runtime exited" "Task timed out" "event failed" function=execute-run --stage <stage>',
  },
  'runs-stuck': {
    severity: 'ticket',
    means:
      'At least `runsStuckAlarmThreshold` (1) runs work and have made no progress for `RUN_STUCK_MS` (30 minutes), although no step takes longer than ten.',
    action: 'The lines `run stuck` name it. Look whether its execution still runs: runs-lost has the command.',
    look: 'npx ballast logs "run stuck" --by runId --stage <stage>',
  },
  'runs-lost': {
    severity: 'ticket',
    means:
      'The executions of at least `runsLostAlarmThreshold` (1) runs could not be started within six hours, failed, took longer than 30 days or were stopped by somebody.',
    action:
      'Ask why: the log of `execute-run` has a bug as `event failed`, and the list of executions says which failed, timed out or was stopped.',
    look: 'npx ballast logs "run finished" function=project-run-status --stage <stage>',
  },
  'run-status-lost': {
    severity: 'ticket',
    means:
      'The ends of at least `runStatusLostAlarmThreshold` (1) executions did not reach their runs: `project-run-status` failed three times, or EventBridge could not call it within a day.',
    action:
      'Look for `event failed` in the log of `project-run-status`, and mend the cause. Then give the function each event again, which is harmless however often it is done, and delete it from the queue.',
    look: 'npx ballast logs "event failed" function=project-run-status --stage <stage>',
  },
  'webhooks-lost': {
    severity: 'note',
    means:
      'Within five minutes, at least `webhooksLostAlarmThreshold` (1) notifications about runs were given up: their receivers answered 410, or took them at none of ten tries within a day.',
    action: 'Tell whoever operates the receiver; what was missed is read with `GET /agent/runs`.',
    look: 'npx ballast logs "webhook attempted" outcome=failed --by target --stage <stage>',
  },
};

/** The names, the longer ones first: one may be the end of another. */
const NAMES = Object.keys(RUNBOOK).sort((a, b) => b.length - a.length);

/** Whose runbook an alarm named `ballast-<stage>-<name>` has, or `-2` after it; `null`: it is none of Ballast's. */
export const runbookName = (alarm: string): string | null => {
  const [, rest = ''] = /^ballast-(.+?)(?:-\d)?$/.exec(alarm) ?? [];
  return NAMES.find((name) => rest.endsWith(`-${name}`)) ?? null;
};

/** The stage in such a name; `null`: it is none of Ballast's. */
export const stageIn = (alarm: string): string | null => {
  const [, rest = ''] = /^ballast-(.+?)(?:-\d)?$/.exec(alarm) ?? [];
  const name = runbookName(alarm);
  return name === null ? null : rest.slice(0, -name.length - 1);
};
