import type { ErrorObject, OperationUpdate } from '@aws-sdk/client-lambda';
import { applyUpdate } from './apply-update.ts';
import { checkUpdates } from './check-updates.ts';
import { MAX_OPERATIONS } from './limits.ts';
import type { Operation } from './operation.ts';

/** How an execution ended. */
export type Ending =
  | { readonly status: 'SUCCEEDED'; readonly result?: string | undefined }
  | { readonly status: 'FAILED' | 'TIMED_OUT' | 'STOPPED'; readonly error?: ErrorObject | undefined };

/** What a checkpoint changes, all of it or, where it is refused, nothing. */
export type CheckpointResult =
  { readonly changed: readonly Operation[]; readonly ending: Ending | null } | { readonly refused: string };

export interface CheckpointContext {
  readonly operations: ReadonlyMap<string, Operation>;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly callbackIdOf: (operationId: string) => string;
}

const endingOf = ({ Action, Payload, Error }: OperationUpdate): Ending | null => {
  if (Action === 'SUCCEED') return { status: 'SUCCEEDED', result: Payload };
  return Action === 'FAIL' ? { status: 'FAILED', error: Error } : null;
};

/** Decides what the updates of one checkpoint make of an execution's operations. */
export const applyCheckpoint = (
  updates: readonly OperationUpdate[],
  { operations, now, callbackIdOf }: CheckpointContext,
): CheckpointResult => {
  const wrong = checkUpdates(updates, operations);
  if (wrong !== null) return { refused: wrong };
  const changed = new Map<string, Operation>();
  let ending: Ending | null = null;
  for (const update of updates) {
    const { Id = '' } = update;
    if (update.Type === 'EXECUTION') {
      ending = endingOf(update);
      if (ending === null) return { refused: 'Invalid EXECUTION action.' };
      continue;
    }
    const before = changed.get(Id) ?? operations.get(Id);
    const applied = applyUpdate(update, before, { now, callbackId: callbackIdOf(Id) });
    if ('refused' in applied) return applied;
    changed.set(Id, applied.operation);
  }
  const begun = [...changed.keys()].filter((id) => !operations.has(id)).length;
  if (operations.size + begun > MAX_OPERATIONS) {
    return { refused: `An execution can have at most ${MAX_OPERATIONS} operations.` };
  }
  return { changed: [...changed.values()], ending };
};
