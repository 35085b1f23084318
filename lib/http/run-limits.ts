/** What the platform says about an invocation; `clientSignal` only where it can tell that the client has left. */
interface Invocation {
  getRemainingTimeInMillis?(): number;
  readonly clientSignal?: AbortSignal;
}

export interface RunLimits {
  /** The longest that the work may take, in milliseconds. */
  readonly limitMs: number;
  /** Aborts when the client has left, where that can be known and matters, or the process has to end. */
  readonly signal: AbortSignal | undefined;
}

/** Kept back from the platform's own limit, for the books and the answer: one write is given up after six seconds. */
export const RESERVE_MS = 8_000;

/**
 * API Gateway cuts an answer that is silent for 300 s, while the work behind it goes on and is paid. An answer in one piece is
 * silent to its end, so its work ends this long after the request came, and its failure is still heard.
 */
export const ANSWER_WITHIN_MS = 280_000;

/** How long an answer may take that the stage gives so long. */
export const longestAnswerMs = (stageMs: number, streams: boolean): number =>
  streams ? stageMs : Math.min(stageMs, ANSWER_WITHIN_MS);

/**
 * How long a run may take: the stage's deadline, or less where the platform has less left. And what ends it early:
 * a client that leaves, unless it can come back for the answer (`endsWithClient` false), or the end of the process, of which a
 * platform tells that does not know of clients.
 */
export const runLimits = (
  invocation: Invocation,
  stageMs: number,
  elapsedMs: number,
  endsWithClient: boolean,
  stop?: AbortSignal,
): RunLimits => {
  const leftMs = (invocation.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY) - RESERVE_MS;
  return {
    limitMs: Math.max(1, Math.min(stageMs - elapsedMs, leftMs)),
    signal: (endsWithClient ? invocation.clientSignal : undefined) ?? stop,
  };
};
