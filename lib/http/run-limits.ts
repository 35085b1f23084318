/** What the platform says about an invocation; `clientSignal` only where it can tell that the client has left. */
interface Invocation {
  getRemainingTimeInMillis?(): number;
  readonly clientSignal?: AbortSignal;
}

export interface RunLimits {
  /** The longest that the work may take, in milliseconds. */
  readonly limitMs: number;
  /** Aborts when the client has left, where that can be known and matters. */
  readonly signal: AbortSignal | undefined;
}

/** Kept back from the platform's own limit, for the books and the answer: one write is given up after six seconds. */
const RESERVE_MS = 8_000;

/**
 * How long a run may take: the stage's deadline, or less where the platform has less left. And what ends it early:
 * a client that leaves, unless it can come back for the answer (`endsWithClient` false).
 */
export const runLimits = (
  invocation: Invocation,
  stageMs: number,
  elapsedMs: number,
  endsWithClient: boolean,
): RunLimits => {
  const leftMs = (invocation.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY) - RESERVE_MS;
  return {
    limitMs: Math.max(1, Math.min(stageMs - elapsedMs, leftMs)),
    signal: endsWithClient ? invocation.clientSignal : undefined,
  };
};
