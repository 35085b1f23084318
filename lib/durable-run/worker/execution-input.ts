import type { RunKey } from '../../runs/run-key.ts';

interface WireEvent {
  readonly InitialExecutionState?: {
    readonly Operations?: readonly { readonly ExecutionDetails?: { readonly InputPayload?: string } }[];
  };
}

/** Which run an invocation is about: the payload that its execution was started with stands in its first operation. */
export const runKeyIn = (event: unknown): RunKey => {
  const [first] = (event as WireEvent | null)?.InitialExecutionState?.Operations ?? [];
  const payload = first?.ExecutionDetails?.InputPayload;
  if (payload === undefined) throw new Error('this function is invoked by durable executions alone');
  const { tenantId, runId } = JSON.parse(payload) as RunKey;
  return { tenantId, runId };
};
