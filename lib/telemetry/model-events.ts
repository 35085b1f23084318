import type { Redacted } from '../kernel/redacted.ts';

/** What happened to a call of a model and to the keys it is made with. */
export type ModelEvent =
  | {
      readonly type: 'model.attempted';
      readonly runId: Redacted;
      readonly agent: Redacted;
      readonly model: Redacted;
      readonly attemptId: Redacted;
      /** `answered`, or the kind of the fault. */
      readonly outcome: Redacted;
      /** Why the model stopped; `null`: it was not told. */
      readonly stopReason: Redacted | null;
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
      /** Why tokens and cost are an estimate, as `cut`; `null`: the provider told its counts. */
      readonly estimated: Redacted | null;
    }
  | {
      /** An agent uses a model whose end is near, or past: said at the start of a process. */
      readonly type: 'model.retiring';
      readonly model: Redacted;
      /** As `2026-11-30`. */
      readonly on: Redacted;
    }
  | {
      readonly type: 'model.retried';
      readonly runId: Redacted;
      readonly agent: Redacted;
      readonly model: Redacted;
      readonly fault: Redacted;
      readonly retry: number;
      readonly delayMs: number;
    }
  | {
      /** A model gave up a call, and the next one of its chain takes it. */
      readonly type: 'model.fell-back';
      readonly runId: Redacted;
      readonly agent: Redacted;
      readonly from: Redacted;
      readonly to: Redacted;
      /** The code of the error that it would have been. */
      readonly reason: Redacted;
    }
  | {
      /** The next model of a chain can't be asked this without a change of what it means. */
      readonly type: 'model.passed-over';
      readonly runId: Redacted;
      readonly agent: Redacted;
      readonly from: Redacted;
      readonly to: Redacted;
      /** As `prefill` or `window`: what of the request stands in the way. */
      readonly reason: Redacted;
    }
  | {
      /** The provider limited one key for one model and one kind of request: these rest for so long. */
      readonly type: 'model.cooled';
      readonly model: Redacted;
      /** `standard`, or what has limits of its own, as `fast`. */
      readonly kind: Redacted;
      readonly forMs: number;
    }
  | {
      /** One of the service's own keys cannot be used; the secret is read again. */
      readonly type: 'credential.rejected';
      /** The provider's; `null` where the key could not even be sent. */
      readonly status: number | null;
      /** A `KeyFault`, as `unauthorized` or `unpaid`. */
      readonly reason: Redacted;
    };
