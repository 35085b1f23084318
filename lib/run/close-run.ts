import type { LoopResult } from '../agent/loop/types.ts';
import type { OwnedClaim } from '../idempotency/owned-claim.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { formatUsd, type PicoUsd } from '../kernel/money.ts';
import { label, type Redacted, safe } from '../kernel/redacted.ts';
import type { RunStore, TraceStep } from '../runs/types.ts';
import { nameError } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import type { ToolCall, ToolUsageStore } from '../usage/tool-record.ts';
import { stopName } from './answer.ts';
import type { Conclusion } from './run-record.ts';

/** Tells all listeners how a run ended, and before that what stood in for the answer that was asked for. */
export const emitRunEnd = (emit: Emit, { result, concluded, spent }: Omit<ClosingRun, 'claim'>): void => {
  const { row } = concluded;
  const names = { runId: label(row.runId), agent: label(row.agent) };
  if (result.degraded) {
    const { servedBy, reason } = result.degraded;
    emit({ type: 'run.degraded', ...names, servedBy: label(servedBy), reason: label(reason) });
  }
  emit({
    type: 'run.finished',
    ...names,
    status: hasBegun(result) ? label(row.status) : safe`refused`,
    reason: 'answer' in concluded ? stopName(concluded.answer.stopReason) : label(concluded.error.code),
    modelCalls: result.totals.modelCalls,
    toolCalls: result.totals.toolCalls,
    costUsd: label(formatUsd(spent)),
    durationMs: row.updatedAt - row.createdAt,
  });
};

export interface CloseRunParts {
  readonly runs: Pick<RunStore, 'add'>;
  readonly toolUsage: Pick<ToolUsageStore, 'add'>;
  readonly emit: Emit;
}

/** The request's hold on its idempotency key. */
export type RunClaim = Pick<OwnedClaim, 'complete' | 'release' | 'markEffects'> | null;

/** How a call is refused by what guards it; the provider's own refusals count as attempts. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'budget-exceeded',
  'circuit-open',
  'rate-limited',
  'store-unavailable',
]);

/** Whether a model call went out at all. What was refused before that was no run: nothing of it is kept, however often it is tried. */
export const hasBegun = ({ steps, ending }: LoopResult): boolean =>
  'stop' in ending ||
  !REFUSALS.has(ending.error.code) ||
  steps.some(({ kind, attempts }) => kind === 'model' && attempts > 0);

const toolCallsOf = (steps: readonly TraceStep[]): ToolCall[] =>
  steps.flatMap(({ kind, name, durationMs, status }) =>
    kind === 'tool' ? [{ tool: name, durationMs: Math.round(durationMs), isError: status === 'failed' }] : [],
  );

/** Whether no model gave what was asked for: by an error, or by what stood in for an answer. */
const isUnanswered = (concluded: Conclusion, { degraded }: LoopResult): boolean =>
  'error' in concluded || (degraded !== null && degraded.servedBy !== 'fallback-model');

/** What no model answered and nothing was paid for is not kept: asked for again, the run may do better. */
const endClaim = async ({ claim, concluded, result, spent, limitMs }: ClosingRun): Promise<void> => {
  if (spent === 0n && isUnanswered(concluded, result)) await claim?.release(limitMs);
  else await claim?.complete(concluded.result, limitMs);
};

export interface ClosingRun {
  readonly result: LoopResult;
  readonly concluded: Conclusion;
  readonly claim: RunClaim;
  readonly spent: PicoUsd;
  /** Longest wait for the claim's end. */
  readonly limitMs: number;
}

/** Writes what is kept of a run, all at once; a row that can't be kept does not take the answer away. */
export const closeRun = async ({ runs, toolUsage, emit }: CloseRunParts, closing: ClosingRun): Promise<void> => {
  const kept = (operation: Redacted, write: Promise<unknown>) =>
    write.catch((cause: unknown) => emit({ type: 'store.failed', operation, error: nameError(cause) }));
  const { result, concluded } = closing;
  const { row } = concluded;
  const calls = toolCallsOf(result.steps);
  const { tenantId, runId, updatedAt: at } = row;
  await Promise.all([
    endClaim(closing),
    ...(hasBegun(result) ? [kept(safe`runs.add`, runs.add(row))] : []),
    ...(calls.length === 0 ? [] : [kept(safe`toolUsage.add`, toolUsage.add({ tenantId, runId, at, calls }))]),
  ]);
};
