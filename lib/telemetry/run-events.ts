import type { Redacted } from '../kernel/redacted.ts';

/** What happened to a request, its run, its tools and its place in the cache. */
export type RunEvent =
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
      /** An answer was looked for in the cache. */
      readonly type: 'cache.looked';
      readonly agent: Redacted;
      /** `hit`, `shared` (another request was just making it), `miss`, or `failed`: the run goes on without a cache. */
      readonly outcome: Redacted;
    }
  | {
      /** A run was answered by something else than the model that was asked. */
      readonly type: 'run.degraded';
      readonly runId: Redacted;
      readonly agent: Redacted;
      /** `fallback-model`, `cache` or `default`. */
      readonly servedBy: Redacted;
      readonly reason: Redacted;
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
      /** The last byte of an answer is out. Its line in the log is written apart, with more than listeners need. */
      readonly type: 'request.finished';
      readonly function: Redacted;
      /** As the client was told, by the status line or by the last event of a stream. */
      readonly status: number;
      /** The code of the problem that was told; `null` where the answer was what was asked for. */
      readonly error: Redacted | null;
      readonly durationMs: number;
    };
