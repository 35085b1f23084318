import type { ErrorObject } from '@aws-sdk/client-lambda';

interface Started {
  /** As the SDK made it, unique in its execution. */
  readonly id: string;
  readonly parentId?: string | undefined;
  readonly name?: string | undefined;
  readonly subType?: string | undefined;
  readonly startedAt: number;
}

interface Outcome {
  readonly result?: string | undefined;
  readonly error?: ErrorObject | undefined;
}

interface Open {
  readonly status: 'STARTED';
}

interface Closed<Status extends string> {
  readonly status: Status;
  readonly endedAt: number;
}

export type Step = Started &
  Outcome & {
    readonly type: 'STEP';
    /** Attempts that have ended. */
    readonly attempt: number;
  } & (
    | Open
    | { readonly status: 'PENDING'; readonly nextAttemptAt: number }
    | { readonly status: 'READY' }
    | Closed<'SUCCEEDED' | 'FAILED'>
  );

export type Wait = Started & { readonly type: 'WAIT'; readonly endsAt: number } & (
    Open | Closed<'SUCCEEDED' | 'CANCELLED'>
  );

export type Callback = Started &
  Outcome & {
    readonly type: 'CALLBACK';
    readonly callbackId: string;
    readonly timeoutAt?: number | undefined;
    readonly heartbeat?: { readonly timeoutMs: number; readonly dueAt: number } | undefined;
  } & (Open | Closed<'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'CANCELLED'>);

export type Context = Started &
  Outcome & { readonly type: 'CONTEXT'; readonly replayChildren?: boolean | undefined } & (
    Open | Closed<'SUCCEEDED' | 'FAILED'>
  );

/** One thing that an execution has begun, as its journal has it. Instants are epoch milliseconds, payloads text. */
export type Operation = Step | Wait | Callback | Context;

export const isClosed = (operation: Operation): boolean => 'endedAt' in operation;
