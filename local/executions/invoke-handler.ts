import type { DurableExecutionInvocationOutput } from '@aws/durable-execution-sdk-js';
import { type Clock, orAborted } from '../../lib/kernel/clock.ts';
import { type LambdaContext, lambdaContext } from '../invoke.ts';
import type { FunctionDefinition } from '../triggers.ts';
import type { Execution } from './execution.ts';
import { executionArn } from './names.ts';
import { firstPage } from './state-page.ts';

/** A function that `withDurableExecution` made, as Lambda sees it. */
export type DurableHandler = (event: unknown, context: LambdaContext) => Promise<DurableExecutionInvocationOutput>;

export interface DurableInvocation {
  readonly definition: FunctionDefinition;
  readonly handler: DurableHandler;
  readonly execution: Execution;
  readonly requestId: string;
  readonly clock: Clock;
  /** Aborts when the server stops: the invocation is left alone then, as if it were killed. */
  readonly stopped: AbortSignal;
}

/**
 * Calls the handler as Lambda would, once. Rejects with what it threw, or after the function's own timeout; from then on no
 * checkpoint of this invocation is taken, although nothing can end its code.
 */
export const invokeHandler = async (invocation: DurableInvocation): Promise<DurableExecutionInvocationOutput> => {
  const { definition, handler, execution, requestId, clock, stopped } = invocation;
  const { token, changed } = execution.beginInvocation();
  const event = {
    DurableExecutionArn: executionArn(execution.head),
    CheckpointToken: token,
    UpdatedOperationIds: changed,
    InitialExecutionState: firstPage(execution),
  };
  const timeout = new AbortController();
  const callOff = clock.after(definition.timeoutMs, () =>
    timeout.abort(new DOMException('the function ran into its timeout', 'TimeoutError')),
  );
  try {
    const context = lambdaContext({ definition, requestId, clientSignal: stopped, clock });
    // By way of its text, as through the real service.
    const work = handler(JSON.parse(JSON.stringify(event)), context);
    return await orAborted(work, AbortSignal.any([timeout.signal, stopped]));
  } finally {
    callOff();
    execution.endInvocation();
  }
};
