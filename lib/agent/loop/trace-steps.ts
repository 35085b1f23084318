import { label, safe } from '../../kernel/redacted.ts';
import type { TraceStep } from '../../runs/trace/trace-step.ts';
import type { ToolStep } from '../tools/run-tool.ts';
import { fellBack } from '../tools/tool-verdict.ts';
import type { ModelStep } from './model/model-step.ts';
import type { Decision, RunMessage, Waited } from './steering.ts';

const instant = (epochMs: number): string => new Date(epochMs).toISOString();

/** `name`: the model that was asked. */
export const traceOfModel = (name: string, modelCall: number, step: ModelStep): TraceStep => ({
  kind: 'model',
  name: label(step.ok && step.degraded !== null ? step.degraded.model : name),
  startedAt: instant(step.startedAt),
  durationMs: step.durationMs,
  modelCall,
  attempts: step.attempts,
  ...(step.attemptDetails === undefined ? {} : { attemptDetails: step.attemptDetails }),
  ...(step.lostUsd === undefined ? {} : { lostUsd: step.lostUsd }),
  status: step.ok ? 'succeeded' : 'failed',
  usage: step.tokens,
  costUsd: step.costUsd,
  ...(step.ok ? {} : { error: { code: label(step.code), detail: step.detail } }),
  ...(!step.ok && step.interrupted ? { interrupted: true } : {}),
});

/** A message from its sending to the model call that was the first to read it. */
export const traceOfMessage = (
  { messageId, sentAt, interrupt }: RunMessage,
  modelCall: number,
  readAt: number,
): TraceStep => ({
  kind: 'message',
  name: label(messageId),
  startedAt: instant(sentAt ?? readAt),
  durationMs: Math.max(0, readAt - (sentAt ?? readAt)),
  modelCall,
  attempts: 1,
  status: 'succeeded',
  ...(interrupt === true ? { interrupt } : {}),
});

export const traceOfTool = (name: TraceStep['name'], toolUseId: string, step: ToolStep): TraceStep => ({
  kind: 'tool',
  name,
  toolUseId: label(toolUseId),
  startedAt: instant(step.startedAt),
  durationMs: step.durationMs,
  attempts: 1,
  status: step.error ? 'failed' : 'succeeded',
  ...(step.error ? { error: step.error } : {}),
  ...(fellBack(step) ? { fallback: true } : {}),
  ...(step.reads === undefined ? {} : { reads: step.reads.map(label) }),
  ...(step.rule === undefined ? {} : { rule: label(step.rule) }),
});

export const traceOfApproval = (
  name: TraceStep['name'],
  toolUseId: string,
  decided: Decision,
  rule: string | null,
): TraceStep => {
  const { askedAt, decidedAt, decidedBy = null } = decided;
  const isExpired = decided.decision === 'deny' && decided.expired === true;
  const code = isExpired ? safe`expired` : safe`denied`;
  return {
    kind: 'approval',
    name,
    toolUseId: label(toolUseId),
    startedAt: instant(askedAt),
    durationMs: Math.max(0, decidedAt - askedAt),
    attempts: 1,
    status: decided.decision === 'deny' ? 'failed' : 'succeeded',
    decision: isExpired ? 'expire' : decided.decision,
    decidedBy: decidedBy === null ? null : label(decidedBy),
    ...(rule === null ? {} : { rule: label(rule) }),
    ...(decided.decision === 'deny' ? { error: { code, detail: code } } : {}),
  };
};

/** A wait, in which it was tried so often whether there was room. `modelCall`: of the call that waited, if one did. */
export const traceOfWait = (
  { reason, since, until, isResumed }: Waited,
  modelCall?: number,
  attempts = 1,
): TraceStep => ({
  kind: 'wait',
  name: label(reason),
  startedAt: instant(since),
  durationMs: Math.max(0, until - since),
  ...(modelCall === undefined ? {} : { modelCall }),
  attempts,
  status: 'succeeded',
  ...(isResumed ? { resumed: true } : {}),
});

/**
 * Adds a wait. A call that was refused after the wait before, and waits on, has waited once: between the two nothing was
 * sent. So a run that waits for a week is a line of its trace, however often it looks.
 */
export const addWait = (steps: TraceStep[], waited: Waited, modelCall: number): void => {
  const [before, refused] = steps.slice(-2);
  const goesOn =
    before?.kind === 'wait' &&
    before.name === waited.reason &&
    before.modelCall === modelCall &&
    before.resumed === undefined &&
    refused?.kind === 'model' &&
    refused.attempts === 0;
  if (!goesOn) return void steps.push(traceOfWait(waited, modelCall));
  const since = Date.parse(before.startedAt);
  steps.splice(-2, 2, traceOfWait({ ...waited, since }, modelCall, before.attempts + 1));
};

/** Shorter waits for a start say nothing: every run has them. */
export const LEAST_WAIT_MS = 1_000;

/** Instants of a run, in epoch milliseconds. */
export interface BeforeFirstCall {
  readonly createdAt: number;
  readonly startedAt: number;
  /** When its turn came in its session: mostly before it was started, and after it where somebody was faster. */
  readonly turnAt: number | undefined;
}

/** What a run waited for before its first call, in order; a turn that nobody knows was none. */
export const traceOfStart = ({ createdAt, startedAt, turnAt = createdAt }: BeforeFirstCall): TraceStep[] => {
  const waits =
    turnAt <= startedAt
      ? ([
          ['session', createdAt, turnAt],
          ['queue', turnAt, startedAt],
        ] as const)
      : ([
          ['queue', createdAt, startedAt],
          ['session', startedAt, turnAt],
        ] as const);
  return waits.flatMap(([reason, since, until]) =>
    until - since < LEAST_WAIT_MS ? [] : [traceOfWait({ reason, since, until, isResumed: false })],
  );
};
