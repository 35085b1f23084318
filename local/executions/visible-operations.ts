import { isClosed, type Operation } from './operation.ts';

/**
 * The operations that a replay needs, in the order of their start: what is below a context that has ended is left out, unless
 * that one asks to have its children replayed.
 */
export const visibleOperations = (operations: readonly Operation[]): Operation[] => {
  const visible = new Map<string, Operation>();
  const known = new Map(operations.map((operation) => [operation.id, operation]));
  return operations.filter((operation) => {
    const { id, parentId } = operation;
    const parent = parentId === undefined ? undefined : known.get(parentId);
    const hidden =
      parent !== undefined &&
      (!visible.has(parent.id) || (parent.type === 'CONTEXT' && isClosed(parent) && parent.replayChildren !== true));
    if (!hidden) visible.set(id, operation);
    return !hidden;
  });
};
