import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../../kernel/clock.ts';
import type { CallersTrace, TraceContext } from '../../kernel/ids/trace-context.ts';
import { label, type Redacted } from '../../kernel/redacted.ts';
import type { LogFields } from '../log.ts';
import type { ModelUse } from './model-use.ts';

/**
 * What is being worked on: one request, or one event. What happens meanwhile belongs to it, also what goes on after its
 * answer. It is filled in as it becomes known.
 */
export interface WorkContext {
  readonly function: Redacted;
  /** Whether it is the first of its process. */
  readonly coldStart: boolean;
  /** The platform's own id of the invocation. */
  readonly invocationId?: string | undefined;
  requestId?: string;
  trace?: TraceContext & Partial<Pick<CallersTrace, 'parentId'>>;
  runId?: string;
  /** Of a call of the gateway, which is no run and has no span of its own: the id of its books. */
  callId?: string;
  /** The agent that was asked, and the end user it was asked for, by the pseudonym that the books have. */
  agent?: Redacted;
  user?: Redacted;
  /** What the model calls made in it came to. */
  modelUse?: ModelUse;
  /** The limit or the budget that refused something of it, or would have in shadow, with its figures. */
  refusal?: LogFields;
  /** What stood in for the model that was asked. */
  degraded?: Redacted;
  /** On the monotonic clock. */
  readonly startedMs: number;
}

/** The contexts of a process, of which many may be open at once. */
export interface WorkContexts {
  /** Does something as work of its own. `context`: the platform's, which may name the invocation. */
  within<Value>(functionName: string, context: unknown, act: () => Value): Value;
  /** Begins work that is all that this asynchronous flow does from here on. */
  enter(functionName: string, context: unknown): WorkContext;
  /** Says what the work under way belongs to; where none is, nothing. */
  know(known: Pick<WorkContext, 'requestId' | 'trace' | 'runId'>): void;
  /** The work under way; `undefined`: none is. */
  current(): WorkContext | undefined;
  /** How long it has been under way, in milliseconds. */
  elapsedMs(work: WorkContext): number;
}

const invocationIdOf = (context: unknown): string | undefined => {
  const { awsRequestId } = (context ?? {}) as { readonly awsRequestId?: unknown };
  return typeof awsRequestId === 'string' ? awsRequestId : undefined;
};

export const createWorkContexts = ({ monotonicMs }: Pick<Clock, 'monotonicMs'>): WorkContexts => {
  const storage = new AsyncLocalStorage<WorkContext>();
  let isCold = true;
  const open = (functionName: string, context: unknown): WorkContext => {
    const coldStart = isCold;
    isCold = false;
    const invocationId = invocationIdOf(context);
    return { function: label(functionName), coldStart, invocationId, startedMs: monotonicMs() };
  };
  return {
    within: (functionName, context, act) => storage.run(open(functionName, context), act),
    enter(functionName, context) {
      const work = open(functionName, context);
      storage.enterWith(work);
      return work;
    },
    know: (known) => void Object.assign(storage.getStore() ?? {}, known),
    current: () => storage.getStore(),
    elapsedMs: ({ startedMs }) => monotonicMs() - startedMs,
  };
};

const labelled = (name: string, value: string | undefined) => (value === undefined ? {} : { [name]: label(value) });

/**
 * What every line says of the work in which it was written. `cold_start` and `function_request_id` are Powertools'
 * names, by which saved queries find them.
 */
export const contextFields = (work: WorkContext | undefined): LogFields =>
  work === undefined
    ? {}
    : {
        function: work.function,
        ...labelled('requestId', work.requestId),
        ...labelled('runId', work.runId ?? work.callId),
        ...labelled('traceId', work.trace?.traceId),
        cold_start: work.coldStart,
        ...labelled('function_request_id', work.invocationId),
      };
