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
      /** Class and code of what was thrown, such as `APIConnectionError`; never its message. */
      readonly error: Redacted | null;
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
      /** `(withheld)` where it is not a plain identifier. */
      readonly userId: Redacted | null;
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
  | {
      readonly type: 'circuit.changed';
      readonly name: Redacted;
      readonly from: Redacted;
      readonly to: Redacted;
      readonly generation: number;
      readonly failures: number;
    }
  | {
      /** The circuits' store failed: a call went through unguarded (`enter`), or what came of one was not counted (`report`). */
      readonly type: 'circuit.unguarded';
      readonly name: Redacted;
      readonly operation: Redacted;
      readonly error: Redacted;
    }
  | { readonly type: 'store.failed'; readonly operation: Redacted; readonly error: Redacted }
  | {
      /** The last byte of an answer is out. Its line in the log is written apart, with more than listeners need. */
      readonly type: 'request.finished';
      readonly function: Redacted;
      /** As the client was told, by the status line or by the last event of a stream. */
      readonly status: number;
      /** The code of the problem that was told; `null` where the answer was what was asked for. */
      readonly error: Redacted | null;
      readonly durationMs: number;
    }
  | {
      readonly type: 'dependency.probed';
      readonly dependency: Redacted;
      /** `healthy`, `degraded` or `unhealthy`. */
      readonly status: Redacted;
      readonly latencyMs: number;
    }
  | {
      /** A round of probes is over. `openCircuits` is `null` where they could not be read. */
      readonly type: 'dependencies.probed';
      readonly openCircuits: number | null;
    }
  | {
      readonly type: 'alert.sent';
      readonly target: Redacted;
      readonly alarm: Redacted;
      readonly state: Redacted;
    }
  | {
      /** Every try failed; whoever called is told, and calls again. */
      readonly type: 'alert.failed';
      readonly target: Redacted;
      readonly alarm: Redacted;
      readonly state: Redacted;
      readonly error: Redacted;
    };

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
