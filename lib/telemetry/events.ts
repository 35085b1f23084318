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
      readonly webSearchRequests: number;
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
  | {
      /** A limit said no, or would have (`shadow`). */
      readonly type: 'limit.refused';
      /** `tenant-requests`, `tenant-tokens`, `key-requests`, `user-requests` or `concurrent-runs`. */
      readonly limit: Redacted;
      readonly tenantId: Redacted;
      readonly keyId: Redacted;
      readonly shadow: boolean;
      readonly retryAfterMs: number;
    }
  | {
      /** The limits' store failed: a call went through uncounted. */
      readonly type: 'limit.unguarded';
      readonly limit: Redacted;
      readonly error: Redacted;
    }
  | {
      /** A budget said no, or would have (`shadow`). */
      readonly type: 'budget.refused';
      readonly tenantId: Redacted;
      /** `tenant`, `key` or `user`. */
      readonly scope: Redacted;
      /** `day` or `month`. */
      readonly period: Redacted;
      readonly shadow: boolean;
      readonly limitUsd: Redacted;
      readonly usedUsd: Redacted;
      readonly reservedUsd: Redacted;
      readonly askedUsd: Redacted;
    }
  | {
      /** What a tenant has spent has reached this part of its budget, for the first time in its day or month. */
      readonly type: 'budget.threshold';
      readonly tenantId: Redacted;
      /** As `2026-11-20` or `2026-11`. */
      readonly period: Redacted;
      readonly percent: number;
      readonly limitUsd: Redacted;
      readonly spentUsd: Redacted;
    }
  | {
      /** A reservation could not be settled by its own process; reconciling will. */
      readonly type: 'budget.unsettled';
      readonly tenantId: Redacted;
      readonly attemptId: Redacted;
      readonly error: Redacted;
    }
  | {
      /** A reservation outlived its process and was settled: `recorded` by its usage record, `lost` at its full amount. */
      readonly type: 'budget.reconciled';
      readonly tenantId: Redacted;
      readonly attemptId: Redacted;
      readonly outcome: Redacted;
      readonly costUsd: Redacted;
    }
  | {
      /** An attempt that was given up as lost had a cost after all, which replaced the estimate. */
      readonly type: 'usage.adjusted';
      readonly tenantId: Redacted;
      readonly attemptId: Redacted;
      readonly byUsd: Redacted;
    }
  | {
      /** The counter of a closed day differs from the sum of its usage records. */
      readonly type: 'budget.drifted';
      readonly tenantId: Redacted;
      readonly day: Redacted;
      /** Counter less records. */
      readonly driftUsd: Redacted;
    }
  | {
      /** All tenants' reservations were looked at. */
      readonly type: 'budgets.reconciled';
      readonly tenants: number;
      readonly settled: number;
      readonly failed: number;
      readonly durationMs: number;
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
