import type { OperationUpdate } from '@aws-sdk/client-lambda';
import { MAX_EXECUTION_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES } from './limits.ts';
import type { Operation } from './operation.ts';

const checkSizes = ({ Type, Payload = '', Error }: OperationUpdate): string | null => {
  const limit = Type === 'EXECUTION' ? MAX_EXECUTION_PAYLOAD_BYTES : MAX_PAYLOAD_BYTES;
  if (Buffer.byteLength(Payload) > limit) {
    return `${Type} output payload size must be less than or equal to ${limit} bytes.`;
  }
  if (Error !== undefined && Buffer.byteLength(JSON.stringify(Error)) > MAX_PAYLOAD_BYTES) {
    return `Error object size must be less than or equal to ${MAX_PAYLOAD_BYTES} bytes.`;
  }
  return null;
};

const checkContents = ({ Action, Payload, Error }: OperationUpdate): string | null => {
  if (Action === 'FAIL' && Payload !== undefined) return 'Cannot provide a Payload for FAIL action.';
  if (Action === 'SUCCEED' && Error !== undefined) return 'Cannot provide an Error for SUCCEED action.';
  return null;
};

/** Only the start of a step or context and its end may stand together. */
const mayFollow = (earlier: OperationUpdate, later: OperationUpdate): boolean =>
  (earlier.Type === 'STEP' || earlier.Type === 'CONTEXT') && earlier.Action === 'START' && later.Action !== 'START';

/**
 * Why a list of updates may not be made at all; `null` where each may be looked at. Operations are named once, below a context
 * that is there or starts before them, and the end of the execution is the last.
 */
export const checkUpdates = (
  updates: readonly OperationUpdate[],
  operations: ReadonlyMap<string, Operation>,
): string | null => {
  const seen = new Map<string, OperationUpdate>();
  for (const [index, update] of updates.entries()) {
    const { Id, ParentId, Type } = update;
    if (!Id) return 'Operation update must have an Id.';
    if (Type === 'EXECUTION' && index < updates.length - 1) return 'EXECUTION checkpoint must be the last update.';
    const earlier = seen.get(Id);
    if (earlier !== undefined && !mayFollow(earlier, update)) {
      return 'Cannot update the same operation twice in a single request.';
    }
    const parent = ParentId === undefined ? undefined : (operations.get(ParentId)?.type ?? seen.get(ParentId)?.Type);
    if (ParentId !== undefined && parent !== 'CONTEXT') return 'Invalid parent operation id.';
    const wrong = checkSizes(update) ?? checkContents(update);
    if (wrong !== null) return wrong;
    seen.set(Id, update);
  }
  return null;
};
