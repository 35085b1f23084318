import type { Redacted } from '../kernel/redacted.ts';

/** One step of a run's trace. It holds names, counts and codes: no prompt, no answer, no tool input or output. */
export interface TraceStep {
  readonly kind: 'model' | 'tool' | 'approval';
  readonly name: Redacted;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly attempts: number;
  readonly status: 'succeeded' | 'failed';
  readonly usage?: {
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly cacheReadInputTokens: number;
    readonly cacheCreationInputTokens: number;
  };
  readonly costUsd?: string;
  readonly error?: { readonly code: Redacted; readonly detail: Redacted };
}

export type RunStatus =
  'queued' | 'running' | 'awaiting_approval' | 'succeeded' | 'incomplete' | 'failed' | 'cancelled' | 'timed_out';

/** A run as it is kept: what `GET /agent/runs/{runId}` and its trace are made from. */
export interface RunRow {
  readonly runId: string;
  readonly tenantId: string;
  readonly mode: 'sync' | 'async';
  readonly status: RunStatus;
  readonly agent: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** W3C trace id, 32 hexadecimal digits. */
  readonly traceId: string;
  /** The body that answered the caller: of a success, or the problem of a failure. Plain JSON. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly steps: readonly TraceStep[];
}

export interface RunStore {
  /** Writes a run that has ended, once: `false` when a row of that id is there already. Bodies of any size are kept. */
  add(row: RunRow): Promise<boolean>;
  /** Under the tenant's own key, so that another tenant's run is not there. */
  find(tenantId: string, runId: string): Promise<RunRow | null>;
}
