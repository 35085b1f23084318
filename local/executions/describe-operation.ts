import type { Operation } from './operation.ts';

/** How an instant is written: seconds in the API, ISO 8601 in the event of an invocation. */
export type WriteInstant = (epochMs: number) => number | string;

export const inSeconds: WriteInstant = (epochMs) => epochMs / 1_000;
export const inIso: WriteInstant = (epochMs) => new Date(epochMs).toISOString();

const detailsOf = (operation: Operation, instant: WriteInstant): Readonly<Record<string, unknown>> => {
  switch (operation.type) {
    case 'STEP': {
      const { attempt, result, error } = operation;
      const next = operation.status === 'PENDING' ? instant(operation.nextAttemptAt) : undefined;
      return { StepDetails: { Attempt: attempt, NextAttemptTimestamp: next, Result: result, Error: error } };
    }
    case 'WAIT':
      return { WaitDetails: { ScheduledEndTimestamp: instant(operation.endsAt) } };
    case 'CALLBACK': {
      const { callbackId, result, error } = operation;
      return { CallbackDetails: { CallbackId: callbackId, Result: result, Error: error } };
    }
    case 'CONTEXT': {
      const { replayChildren, result, error } = operation;
      return { ContextDetails: { ReplayChildren: replayChildren, Result: result, Error: error } };
    }
  }
};

/** An operation in the words of the API. */
export const describeOperation = (operation: Operation, instant: WriteInstant): Readonly<Record<string, unknown>> => ({
  Id: operation.id,
  ParentId: operation.parentId,
  Name: operation.name,
  Type: operation.type,
  SubType: operation.subType,
  Status: operation.status,
  StartTimestamp: instant(operation.startedAt),
  EndTimestamp: 'endedAt' in operation ? instant(operation.endedAt) : undefined,
  ...detailsOf(operation, instant),
});
