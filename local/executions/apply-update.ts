import type { OperationUpdate } from '@aws-sdk/client-lambda';
import type { Callback, Context, Operation, Step, Wait } from './operation.ts';

/** What the time and the place of an update decide. */
export interface UpdateContext {
  /** Epoch milliseconds. */
  readonly now: number;
  /** What a callback is answered by, if the update starts one. */
  readonly callbackId: string;
}

/** The operation as it is after an update, or why the update may not be. */
export type Applied = { readonly operation: Operation } | { readonly refused: string };

const refused = (message: string): Applied => ({ refused: message });

const started = ({ Id = '', ParentId, Name, SubType }: OperationUpdate, now: number) => ({
  id: Id,
  parentId: ParentId,
  name: Name,
  subType: SubType,
  startedAt: now,
});

/** `seconds` from `now`; nothing where none are given, or none at all. */
const after = (now: number, seconds: number | undefined): number | undefined =>
  seconds === undefined || seconds <= 0 ? undefined : now + seconds * 1_000;

/** A step may end, or be put off, without having been started: its start is not waited for, and may come with its end. */
const applyToStep = (update: OperationUpdate, step: Step | undefined, { now }: UpdateContext): Applied => {
  const { Action, Payload, Error, StepOptions } = update;
  const base = step ?? { ...started(update, now), type: 'STEP' as const, attempt: 0, status: 'STARTED' as const };
  const running = base.status === 'STARTED' || base.status === 'READY';
  switch (Action) {
    case 'START':
      if (step !== undefined && step.status !== 'READY') return refused('Invalid current STEP state to start.');
      // The result stays: the state of a condition that is polled goes from attempt to attempt.
      return { operation: { ...base, status: 'STARTED' } };
    case 'RETRY': {
      if (!running) return refused('Invalid current STEP state to re-attempt.');
      if (StepOptions === undefined) return refused('Invalid StepOptions for the given action.');
      const nextAttemptAt = after(now, StepOptions.NextAttemptDelaySeconds) ?? now;
      const attempt = base.attempt + 1;
      return {
        operation: { ...base, status: 'PENDING', attempt, nextAttemptAt, result: Payload, error: Error },
      };
    }
    case 'SUCCEED':
    case 'FAIL': {
      if (!running) return refused('Invalid current STEP state to close.');
      const status = Action === 'SUCCEED' ? 'SUCCEEDED' : 'FAILED';
      const attempt = base.attempt + 1;
      return { operation: { ...base, status, attempt, endedAt: now, result: Payload, error: Error } };
    }
    default:
      return refused('Invalid STEP action.');
  }
};

const applyToWait = (update: OperationUpdate, wait: Wait | undefined, { now }: UpdateContext): Applied => {
  switch (update.Action) {
    case 'START': {
      if (wait !== undefined) return refused('Cannot start a WAIT that already exists.');
      const endsAt = after(now, update.WaitOptions?.WaitSeconds) ?? now;
      return { operation: { ...started(update, now), type: 'WAIT', status: 'STARTED', endsAt } };
    }
    case 'CANCEL':
      if (wait?.status !== 'STARTED')
        return refused('Cannot cancel a WAIT that does not exist or has already completed.');
      return { operation: { ...wait, status: 'CANCELLED', endedAt: now } };
    default:
      return refused('Invalid WAIT action.');
  }
};

const applyToCallback = (
  update: OperationUpdate,
  callback: Callback | undefined,
  { now, callbackId }: UpdateContext,
): Applied => {
  switch (update.Action) {
    case 'START': {
      if (callback !== undefined) return refused('Cannot start a CALLBACK that already exists.');
      const timeoutAt = after(now, update.CallbackOptions?.TimeoutSeconds);
      const dueAt = after(now, update.CallbackOptions?.HeartbeatTimeoutSeconds);
      const heartbeat = dueAt === undefined ? undefined : { timeoutMs: dueAt - now, dueAt };
      const details = { type: 'CALLBACK' as const, status: 'STARTED' as const, callbackId, timeoutAt, heartbeat };
      return { operation: { ...started(update, now), ...details } };
    }
    case 'CANCEL':
      if (callback?.status !== 'STARTED')
        return refused('Cannot cancel a CALLBACK that does not exist or has already completed.');
      return { operation: { ...callback, status: 'CANCELLED', endedAt: now } };
    default:
      return refused('Invalid CALLBACK action.');
  }
};

const applyToContext = (update: OperationUpdate, context: Context | undefined, { now }: UpdateContext): Applied => {
  const { Action, Payload, Error, ContextOptions } = update;
  const base = context ?? { ...started(update, now), type: 'CONTEXT' as const, status: 'STARTED' as const };
  const replayChildren = ContextOptions?.ReplayChildren ?? base.replayChildren;
  switch (Action) {
    case 'START':
      if (context !== undefined) return refused('Cannot start a CONTEXT that already exists.');
      return { operation: { ...base, status: 'STARTED', replayChildren } };
    case 'SUCCEED':
    case 'FAIL': {
      if (base.status !== 'STARTED') return refused('Invalid current CONTEXT state to close.');
      const status = Action === 'SUCCEED' ? 'SUCCEEDED' : 'FAILED';
      return { operation: { ...base, status, endedAt: now, replayChildren, result: Payload, error: Error } };
    }
    default:
      return refused('Invalid CONTEXT action.');
  }
};

/**
 * Decides what an update makes of an operation, which is `undefined` where none has the update's id yet. The transitions and
 * the words of a refusal are those of the service; an update of the execution itself is none of an operation.
 */
export const applyUpdate = (
  update: OperationUpdate,
  operation: Operation | undefined,
  context: UpdateContext,
): Applied => {
  if (operation !== undefined && operation.type !== update.Type) return refused('Invalid operation type.');
  switch (update.Type) {
    case 'STEP':
      return applyToStep(update, operation as Step | undefined, context);
    case 'WAIT':
      return applyToWait(update, operation as Wait | undefined, context);
    case 'CALLBACK':
      return applyToCallback(update, operation as Callback | undefined, context);
    case 'CONTEXT':
      return applyToContext(update, operation as Context | undefined, context);
    default:
      // Chained invocations among them: no function here makes any.
      return refused('Invalid operation type.');
  }
};
