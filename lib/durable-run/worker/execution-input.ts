import type { RunKey } from '../../runs/run-key.ts';

interface WireEvent {
  readonly InitialExecutionState?: {
    readonly Operations?: readonly { readonly ExecutionDetails?: { readonly InputPayload?: unknown } }[];
  } | null;
}

const parsed = (payload: unknown): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(String(payload));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};

/**
 * Which run an invocation is about: the payload that its execution was started with stands in its first operation. `null`:
 * it is about none, as a warm-up, or an execution that somebody started by hand.
 */
export const runKeyIn = (event: unknown): RunKey | null => {
  const [first] = (event as WireEvent | null)?.InitialExecutionState?.Operations ?? [];
  const { tenantId, runId } = parsed(first?.ExecutionDetails?.InputPayload);
  return typeof tenantId === 'string' && typeof runId === 'string' ? { tenantId, runId } : null;
};
