import type { ErrorObject } from '@aws-sdk/client-lambda';
import { dueAt } from './elapse.ts';
import type { Callback, Operation } from './operation.ts';

/** What somebody says who was given the id of a callback. */
export type CallbackAnswer =
  | { readonly kind: 'success'; readonly result: string | undefined }
  | { readonly kind: 'failure'; readonly error: ErrorObject }
  | { readonly kind: 'heartbeat' };

/** The callback after an answer; `null` where it is closed, or its time is over although nobody has said so yet. */
export const answerCallback = (
  operation: Operation | undefined,
  answer: CallbackAnswer,
  now: number,
): Callback | null => {
  if (operation?.type !== 'CALLBACK' || operation.status !== 'STARTED' || dueAt(operation) <= now) return null;
  switch (answer.kind) {
    case 'success':
      return { ...operation, status: 'SUCCEEDED', endedAt: now, result: answer.result };
    case 'failure':
      return { ...operation, status: 'FAILED', endedAt: now, error: answer.error };
    case 'heartbeat': {
      const { heartbeat } = operation;
      return heartbeat === undefined
        ? operation
        : { ...operation, heartbeat: { ...heartbeat, dueAt: now + heartbeat.timeoutMs } };
    }
  }
};
