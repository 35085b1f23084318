import type { Redacted } from '../kernel/redacted.ts';

/**
 * What happened, told once; logs, metrics, traces and alerts are listeners.
 * Every text in an event is redacted by type, so no listener can leak a prompt.
 */
export type BallastEvent =
  | {
      readonly type: 'run.started';
      readonly runId: Redacted;
      readonly agent: Redacted;
      readonly requestId: Redacted;
      readonly traceId: Redacted;
    }
  | {
      readonly type: 'run.finished';
      readonly runId: Redacted;
      readonly agent: Redacted;
      readonly status: Redacted;
      /** The stop reason of a run that answered, the error code of one that failed. */
      readonly reason: Redacted;
      readonly modelCalls: number;
      readonly toolCalls: number;
      readonly costUsd: Redacted;
      readonly durationMs: number;
    }
  | {
      readonly type: 'model.attempted';
      readonly runId: Redacted;
      readonly model: Redacted;
      readonly attemptId: Redacted;
      /** `answered`, or the kind of the fault. */
      readonly outcome: Redacted;
      readonly upstreamStatus: number | null;
      readonly upstreamRequestId: Redacted | null;
      readonly durationMs: number;
      readonly firstContentMs: number | null;
      readonly inputTokens: number;
      readonly outputTokens: number;
      readonly cacheReadInputTokens: number;
      readonly cacheCreationInputTokens: number;
      readonly costUsd: Redacted;
    }
  | {
      readonly type: 'model.retried';
      readonly runId: Redacted;
      readonly model: Redacted;
      readonly fault: Redacted;
      readonly retry: number;
      readonly delayMs: number;
    }
  | {
      readonly type: 'tool.finished';
      readonly runId: Redacted;
      readonly tool: Redacted;
      /** `ok`, `fallback` (it failed, and its fallback stood in) or `error`. */
      readonly outcome: Redacted;
      /** Class and code of what the tool threw; never its message. */
      readonly error: Redacted | null;
      readonly durationMs: number;
    }
  | {
      /** An attempt was paid for and its record could not be written: everything that is needed to book it later. */
      readonly type: 'usage.unrecorded';
      readonly attemptId: Redacted;
      readonly tenantId: Redacted;
      readonly keyId: Redacted;
      readonly agent: Redacted;
      readonly model: Redacted;
      readonly at: number;
      readonly inputTokens: number;
      readonly outputTokens: number;
      readonly cacheReadInputTokens: number;
      readonly cacheWrite5mInputTokens: number;
      readonly cacheWrite1hInputTokens: number;
      readonly answered: boolean;
      readonly estimated: Redacted | null;
      readonly costUsd: Redacted;
      readonly error: Redacted;
    }
  | { readonly type: 'store.failed'; readonly operation: Redacted; readonly error: Redacted };

export type Emit = (event: BallastEvent) => void;
export type Listener = (event: BallastEvent) => void;

/** One port over many listeners. A listener that throws is skipped: none of them can change or delay an answer. */
export const fanOut =
  (listeners: readonly Listener[]): Emit =>
  (event) => {
    for (const listen of listeners) {
      try {
        listen(event);
      } catch {
        // A broken listener loses its own line, nothing else.
      }
    }
  };
