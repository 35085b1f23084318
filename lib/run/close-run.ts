import type { LoopResult } from '../agent/loop/types.ts';
import { PROBLEMS } from '../http/response/problem.ts';
import type { OwnedClaim } from '../idempotency/owned-claim.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { bookedName } from '../kernel/ids/pseudonym.ts';
import { formatUsd, type PicoUsd } from '../kernel/money.ts';
import { label, type Redacted, safe } from '../kernel/redacted.ts';
import type { RunRow, RunStore, TraceStep } from '../runs/types.ts';
import { describeFailure } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import type { ToolCall, ToolUsageStore } from '../usage/tool-record.ts';
import { stopName } from './answer.ts';
import type { PutContent } from './put-content.ts';
import type { Conclusion } from './run-record.ts';

/** From the beginning of a run to the first content of a model; `null`: there was none. */
export const firstContentMs = (steps: readonly TraceStep[], createdAt: number): number | null => {
  for (const { attemptDetails = [] } of steps)
    for (const { startedAt, firstContentMs: after } of attemptDetails)
      if (after !== null) return Math.max(0, Date.parse(startedAt) - createdAt) + after;
  return null;
};

/** Who began a run, as its line says it. */
export const callerOf = (keyId: string | null, userId: RunRow['userId']) => ({
  keyId: keyId === null ? null : label(keyId),
  user: userId === null ? null : label(bookedName(userId)),
});

interface EndedRun extends Pick<ClosingRun, 'result' | 'concluded' | 'spent' | 'task'> {
  /** The key that asked. */
  readonly keyId: string;
  /** Whether its caller or its agent set an asynchronous run a time. Default: not. */
  readonly hasOwnTime?: boolean;
}

/** Whether a run ended by an error that is nobody's choice: not by what was asked, nor by a limit, nor by being told to. */
const isFault = ({ concluded, hasOwnTime = false }: Pick<EndedRun, 'concluded' | 'hasOwnTime'>): boolean => {
  const { status } = concluded.row;
  if (!('error' in concluded) || status === 'cancelled' || (status === 'timed_out' && hasOwnTime)) return false;
  return PROBLEMS[concluded.error.code].status >= 500;
};

/** Tells all listeners how a run ended, and before that what stood in for the answer that was asked for. */
export const emitRunEnd = (emit: Emit, ended: EndedRun): void => {
  const { result, concluded, spent, task, keyId } = ended;
  const { row } = concluded;
  const names = { runId: label(row.runId), agent: label(row.agent) };
  if (result.degraded) {
    const { servedBy, reason } = result.degraded;
    emit({ type: 'run.degraded', ...names, servedBy: label(servedBy), reason: label(reason) });
  }
  emit({
    type: 'run.finished',
    ...names,
    tenantId: label(row.tenantId),
    ...callerOf(keyId, row.userId),
    mode: label(row.mode),
    status: hasBegun(result) ? label(row.status) : safe`refused`,
    reason: 'answer' in concluded ? stopName(concluded.answer.stopReason) : label(concluded.error.code),
    isFault: isFault(ended),
    model: result.answeredBy === null ? null : label(result.answeredBy),
    degraded: result.degraded === null ? null : label(result.degraded.servedBy),
    ...result.totals,
    costUsd: label(formatUsd(spent)),
    durationMs: row.updatedAt - row.createdAt,
    firstContentMs: firstContentMs(result.steps, row.createdAt),
    taskChars: task.length,
    outputChars: 'answer' in concluded ? concluded.answer.output.length : 0,
  });
};

export interface CloseRunParts {
  readonly runs: Pick<RunStore, 'add'>;
  readonly toolUsage: Pick<ToolUsageStore, 'add'>;
  /** Default: what was written in a run is not kept. */
  readonly putContent?: PutContent | undefined;
  readonly emit: Emit;
}

/** The request's hold on its idempotency key. */
export type RunClaim =
  (Pick<OwnedClaim, 'complete' | 'release' | 'markEffects'> & Partial<Pick<OwnedClaim, 'key'>>) | null;

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

/** Calls that a tool has not failed: it declined them, or they never reached it because of their input, a person or a rule. */
const NO_ERRORS: ReadonlySet<string> = new Set([
  'declined',
  'invalid-input',
  'denied',
  'expired',
  'cancelled',
  'not-allowed',
  'held',
]);

export const toolCallsOf = (steps: readonly TraceStep[]): ToolCall[] =>
  steps.flatMap(({ kind, name, durationMs, error }) => {
    const isError = error !== undefined && !NO_ERRORS.has(error.code);
    return kind === 'tool' ? [{ tool: name, durationMs: Math.round(durationMs), isError }] : [];
  });

/** Whether no model gave what was asked for: by an error, or by what stood in for an answer. */
const isUnanswered = (concluded: Conclusion, { degraded }: LoopResult): boolean =>
  'error' in concluded || (degraded !== null && degraded.servedBy !== 'fallback-model');

/**
 * What no model answered and nothing was paid for is not kept: asked for again, the run may do better. Nor is what the end of
 * the process has cancelled: a run with a claim does not end with its client, and one that was killed begins anew as well.
 */
const endClaim = async ({ claim, concluded, result, spent, limitMs }: ClosingRun): Promise<void> => {
  const isLost = concluded.row.status === 'cancelled';
  if (isLost || (spent === 0n && isUnanswered(concluded, result))) await claim?.release(limitMs);
  else await claim?.complete(concluded.result, limitMs);
};

export interface ClosingRun {
  readonly result: LoopResult;
  readonly concluded: Conclusion;
  readonly claim: RunClaim;
  readonly spent: PicoUsd;
  readonly task: string;
  /** What may be shown of what was written in it. */
  readonly shown: <T>(value: T) => T;
  /** Longest wait for the claim's end. */
  readonly limitMs: number;
}

/** Writes what is kept of a run, all at once; a row that can't be kept does not take the answer away. */
export const closeRun = async (
  { runs, toolUsage, putContent, emit }: CloseRunParts,
  closing: ClosingRun,
): Promise<void> => {
  const kept = (operation: Redacted, write: Promise<unknown>) =>
    write.catch((cause: unknown) => emit({ type: 'store.failed', operation, ...describeFailure(cause) }));
  const { result, concluded, task, shown } = closing;
  const { row } = concluded;
  const calls = toolCallsOf(result.steps);
  const { tenantId, runId, updatedAt: at } = row;
  await Promise.all([
    endClaim(closing),
    ...(hasBegun(result) ? [kept(safe`runs.add`, runs.add(row))] : []),
    ...(hasBegun(result) && putContent
      ? [kept(safe`runs.putContent`, putContent(row, { task, ...result }, shown))]
      : []),
    ...(calls.length === 0 ? [] : [kept(safe`toolUsage.add`, toolUsage.add({ tenantId, runId, at, calls }))]),
  ]);
};
