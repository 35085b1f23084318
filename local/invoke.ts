import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Clock } from '../lib/kernel/clock.ts';
import type { ProxyEvent } from './http-event.ts';
import { isStreaming } from './lambda-shim.ts';
import { createResponseStream } from './response-stream.ts';
import type { FunctionDefinition } from './triggers.ts';
import { writeResponse } from './write-response.ts';

/** The context object of Lambda, with the one thing that only a local server can tell. */
export interface LambdaContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly callbackWaitsForEmptyEventLoop: boolean;
  /** Milliseconds until Lambda would kill the invocation. */
  getRemainingTimeInMillis(): number;
  /** Aborts when the client has left before its answer ended, or the server is being stopped. */
  readonly clientSignal: AbortSignal;
}

export type Handler = (event: ProxyEvent, ...rest: (LambdaContext | Writable)[]) => unknown;

export interface Invocation {
  readonly definition: FunctionDefinition;
  readonly handler: Handler;
  readonly event: ProxyEvent;
  readonly requestId: string;
  readonly clientSignal: AbortSignal;
  readonly clock: Clock;
}

/** The context that an invocation begins with. */
export const lambdaContext = ({
  definition,
  requestId,
  clientSignal,
  clock,
}: Pick<Invocation, 'definition' | 'requestId' | 'clientSignal' | 'clock'>): LambdaContext => {
  const endsMs = clock.monotonicMs() + definition.timeoutMs;
  const functionName = `ballast-local-${definition.name}`;
  return {
    awsRequestId: requestId,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`,
    memoryLimitInMB: '512',
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, endsMs - clock.monotonicMs()),
    clientSignal,
  };
};

/**
 * Calls the function as Lambda would and writes its answer. Rejects with whatever it threw, or where it gave no proper answer;
 * `response.headersSent` then says whether anything can still be told.
 */
export const invoke = async (invocation: Invocation, response: ServerResponse): Promise<void> => {
  const { handler, event, requestId, clock } = invocation;
  const context = lambdaContext(invocation);
  if (!isStreaming(handler)) return writeResponse(response, await handler(event, context), requestId);
  const stream = createResponseStream(response, requestId, clock);
  // Without a listener an error would be thrown at the process; it reaches the handler by its own writes.
  const ended = finished(stream).catch(() => undefined);
  try {
    await handler(event, stream, context);
    if (!stream.writableEnded) throw new Error('the function returned without ending its stream');
    await ended;
    if (stream.errored) throw stream.errored;
  } catch (error) {
    stream.destroy();
    throw error;
  }
};
