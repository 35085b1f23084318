import { randomUUID } from 'node:crypto';
import type { DurableExecutionInvocationOutput } from '@aws/durable-execution-sdk-js';
import type { Clock } from '../../lib/kernel/clock.ts';
import { createBulkhead } from '../../lib/rate-limit/bulkhead.ts';
import type { DurableFunction } from './durable-functions.ts';
import type { Execution } from './execution.ts';
import { type DurableHandler, invokeHandler } from './invoke-handler.ts';

/** Invocations at a time, of all executions; the others wait in their order. */
const MAX_INVOCATIONS = 50;

export interface LoadedFunction extends DurableFunction {
  readonly handler: DurableHandler;
}

/**
 * Invokes the handler of an execution once, as soon as there is room; not any more, if the execution has ended by then.
 * Rejects as the handler does, and when everything is stopped.
 */
export type Invoke = (
  target: LoadedFunction,
  execution: Execution,
) => Promise<DurableExecutionInvocationOutput | undefined>;

export const createInvoke = (clock: Clock, stopped: AbortSignal): Invoke => {
  const bulkhead = createBulkhead(MAX_INVOCATIONS);
  return async ({ definition, handler }, execution) => {
    const work = () => invokeHandler({ definition, handler, execution, requestId: randomUUID(), clock, stopped });
    // The bulkhead is not to hear of a failure, which would hold up the others.
    const [result] = await bulkhead.run(
      'invocations',
      () => Promise.allSettled(execution.ended === null ? [work()] : []),
      stopped,
    );
    if (result?.status === 'rejected') throw result.reason;
    return result?.value;
  };
};
