import type { Redacted } from '../../kernel/redacted.ts';

/** Tokens of a model call, or of one attempt at it, as they were booked. */
export interface TraceUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheCreationInputTokens: number;
}

/** One attempt at a model that went out. Amounts are decimal US dollars. */
export interface TraceAttempt {
  /** The model that served, or was asked to. */
  readonly model: Redacted;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** From its start to the first content; `null`: there was none. */
  readonly firstContentMs: number | null;
  readonly status: 'succeeded' | 'failed';
  /** What it met. */
  readonly error?: { readonly code: Redacted };
  /** Of an attempt after another: what that one met, and the time between them. */
  readonly retry?: { readonly reason: Redacted; readonly delayMs: number };
  readonly usage: TraceUsage;
  /** Why usage and cost are an estimate, at most what was held back: `cut` and the like. Left out where they are counted. */
  readonly estimated?: Redacted;
  /** What was held back for it, and what it cost. */
  readonly reservedUsd: string;
  readonly costUsd: string;
  /** The provider's id of the request; `null`: it named none. */
  readonly requestId: Redacted | null;
}

/**
 * One step of a run's trace. It holds names, counts and codes: no prompt, no answer, no tool input or output. `approval`: a
 * person's decision on the tool call that follows; `wait`: for what its name says; `message`: one that was sent to the run.
 */
export interface TraceStep {
  readonly kind: 'model' | 'tool' | 'approval' | 'wait' | 'message';
  /** Of the model, the tool or what was waited for; the id of a message. */
  readonly name: Redacted;
  /** Of a tool call, and of what was decided on it: its id, as the run's events have it. */
  readonly toolUseId?: Redacted;
  /** The number of the model call, or of the one that waited, or that read the message. */
  readonly modelCall?: number;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly attempts: number;
  /** Of a model call: its attempts, the last ones where there were many. */
  readonly attemptDetails?: readonly TraceAttempt[];
  /** Of a model call that was interrupted by a kill before: what its lost attempts cost, which is a part of `costUsd`. */
  readonly lostUsd?: string;
  readonly status: 'succeeded' | 'failed';
  readonly usage?: TraceUsage;
  readonly costUsd?: string;
  readonly error?: { readonly code: Redacted; readonly detail: Redacted };
  /** Set where the tool failed, and its fallback stood in. */
  readonly fallback?: true;
  /** Of an approval: `expire` where nobody decided in time. */
  readonly decision?: 'approve' | 'deny' | 'edit' | 'expire';
  /** The id of the key that decided; `null` for time. */
  readonly decidedBy?: Redacted | null;
  /** Set where a message broke the model call off. */
  readonly interrupted?: true;
  /** Set of a message that was to break off the call in flight. */
  readonly interrupt?: true;
  /** Of a tool's result: what it may hold that others wrote, or that is not for everybody. */
  readonly reads?: readonly Redacted[];
  /** Of a tool call that was held, or made because it was planned: the flow rule that it would have broken. */
  readonly rule?: Redacted;
  /** Set where a person ended the wait. */
  readonly resumed?: true;
}
