import { label, safe } from '../../lib/kernel/redacted.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';

type Samples = { readonly [Type in BallastEvent['type']]: Extract<BallastEvent, { readonly type: Type }> };

const runId = label('run_01');
const error = label('AppError/store-unavailable');
const model = label('claude-sonnet-5-5');
const costUsd = label('0.0014305');

const tokens = { inputTokens: 4, outputTokens: 9, cacheReadInputTokens: 3 };

/** One event of each type; a new type does not compile until it has one. */
export const SAMPLES: Samples = {
  'run.started': { type: 'run.started', runId, agent: label('assistant'), requestId: label('req_1'), traceId: runId },
  'run.finished': {
    ...{ type: 'run.finished', runId, agent: label('assistant'), status: label('succeeded'), costUsd },
    ...{ reason: label('end_turn'), modelCalls: 2, toolCalls: 1, durationMs: 286 },
  },
  'model.attempted': {
    ...{ type: 'model.attempted', runId, model, attemptId: label('run_01:1:1'), outcome: label('answered') },
    ...{ upstreamStatus: 200, upstreamRequestId: null, durationMs: 130, firstContentMs: 40, costUsd, error: null },
    ...{ ...tokens, cacheCreationInputTokens: 533 },
  },
  'model.retried': { type: 'model.retried', runId, model, fault: label('overloaded'), retry: 1, delayMs: 200 },
  'model.fell-back': {
    ...{ type: 'model.fell-back', runId, from: model, to: label('claude-haiku-4-5'), reason: label('circuit-open') },
  },

  'model.passed-over': {
    ...{ type: 'model.passed-over', runId, from: model, to: label('claude-haiku-4-5'), reason: label('prefill') },
  },
  'model.cooled': { type: 'model.cooled', model, kind: label('standard'), forMs: 4_000 },
  'credential.rejected': { type: 'credential.rejected', status: 401, reason: label('unauthorized') },
  'cache.looked': { type: 'cache.looked', agent: label('assistant'), outcome: label('hit') },
  'run.degraded': {
    ...{ type: 'run.degraded', runId, agent: label('assistant'), servedBy: label('default') },
    reason: label('upstream-overloaded'),
  },
  'tool.finished': {
    ...{ type: 'tool.finished', runId, tool: label('calculate'), outcome: label('ok'), error: null, durationMs: 12 },
  },
  'usage.unrecorded': {
    ...{
      type: 'usage.unrecorded',
      attemptId: label('run_01:1:1'),
      tenantId: label('acme'),
      keyId: label('key-1'),
      userId: null,
    },
    ...{
      agent: label('assistant'),
      model,
      at: 0,
      ...tokens,
      cacheWrite5mInputTokens: 0,
      cacheWrite1hInputTokens: 0,
      webSearchRequests: 0,
    },
    ...{ answered: true, estimated: null, costUsd, error },
  },
  'model.retiring': { type: 'model.retiring', model, on: label('2026-11-30') },
  'usage.unpriced': {
    type: 'usage.unpriced',
    what: label('speed'),
    model,
    tenantId: label('acme'),
    attemptId: label('run_01:1:1'),
  },
  'circuit.changed': {
    ...{ type: 'circuit.changed', name: label('anthropic/x'), from: safe`closed`, to: safe`open` },
    ...{ generation: 1, failures: 5 },
  },
  'circuit.unguarded': { type: 'circuit.unguarded', name: label('anthropic/x'), operation: safe`enter`, error },
  'store.failed': { type: 'store.failed', operation: safe`health.secrets`, error },
  'limit.refused': {
    ...{ type: 'limit.refused', limit: label('key-requests'), tenantId: label('acme'), keyId: label('key-1') },
    ...{ shadow: false, retryAfterMs: 2_000 },
  },
  'limit.unguarded': { type: 'limit.unguarded', limit: label('tenant-requests'), error },
  'budget.refused': {
    ...{ type: 'budget.refused', tenantId: label('acme'), scope: label('user'), period: label('day'), shadow: false },
    ...{ limitUsd: label('10'), usedUsd: label('9.5'), reservedUsd: label('0.4'), askedUsd: costUsd },
  },
  'budget.threshold': {
    ...{ type: 'budget.threshold', tenantId: label('acme'), period: label('2026-11-20'), percent: 75 },
    ...{ limitUsd: label('10'), spentUsd: label('7.51') },
  },
  'budget.delayed': { type: 'budget.delayed', tenantId: label('acme'), attemptId: label('run_01:1:1'), error },
  'budget.unsettled': { type: 'budget.unsettled', tenantId: label('acme'), attemptId: label('run_01:1:1'), error },
  'budget.reconciled': {
    ...{ type: 'budget.reconciled', tenantId: label('acme'), attemptId: label('run_01:1:1') },
    ...{ outcome: label('lost'), costUsd },
  },
  'usage.adjusted': {
    ...{ type: 'usage.adjusted', tenantId: label('acme'), attemptId: label('run_01:1:1'), byUsd: label('-0.2') },
  },
  'budget.drifted': {
    ...{ type: 'budget.drifted', tenantId: label('acme'), day: label('2026-11-19'), driftUsd: label('0.000001') },
  },
  'budgets.reconciled': { type: 'budgets.reconciled', tenants: 12, settled: 1, failed: 2, durationMs: 90 },
  'request.finished': {
    ...{ type: 'request.finished', function: label('run-agent'), status: 503, error: label('store-unavailable') },
    durationMs: 9,
  },
  'dependency.probed': {
    ...{ type: 'dependency.probed', dependency: safe`claude`, status: safe`degraded`, latencyMs: 31 },
  },
  'dependencies.probed': { type: 'dependencies.probed', openCircuits: 1 },
  'alert.sent': { type: 'alert.sent', target: safe`slack`, alarm: label('ballast-dev-errors'), state: safe`ALARM` },
  'alert.failed': {
    ...{ type: 'alert.failed', target: safe`slack`, alarm: label('ballast-dev-errors'), state: safe`ALARM`, error },
  },
};
