import { anthropicErrorOf } from '../../http/response/anthropic-error.ts';
import type { HttpResponse } from '../../http/types.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type AppError, asAppError, type ErrorCode } from '../../kernel/errors.ts';
import type { CallMessages, MessageCall } from '../message-call.ts';
import { createBufferedHead } from './buffered-head.ts';
import { storedFailure } from './stored-answer.ts';

/**
 * An event has no status, and clients that ask again by themselves decide by these words, which the provider uses, or
 * by the type `overloaded_error`.
 */
const STATUS_WORDS: Partial<Record<ErrorCode, string>> = {
  internal: 'Internal server error',
  'upstream-error': 'Internal server error',
  'upstream-timeout': 'Request timed out',
};

const errorEvent = (error: AppError, requestId: string): string => {
  const shown = anthropicErrorOf(error, requestId);
  const words = STATUS_WORDS[error.code];
  const message = words === undefined ? shown.error.message : `${words}: ${shown.error.message}`;
  return `event: error\ndata: ${JSON.stringify({ ...shown, error: { ...shown.error, message } })}\n\n`;
};

export interface AnswerEventsOptions {
  readonly clock: Clock;
  /** How long the client has waited already, in milliseconds. */
  readonly waitedMs: number;
  /** Told of a failure that goes to the client as an event, so that the request's log line knows it too. */
  readonly failed: (error: unknown) => void;
}

/**
 * Answers a client that reads events, with the upstream's own bytes, and with comments where it would be silent for
 * long. A refusal or a failure before the head is out is thrown and so has a real status; after it a failure is an
 * `error` event. The last event waits for the books.
 */
export const answerAsEvents = async (
  call: MessageCall,
  callMessages: CallMessages,
  { clock, waitedMs, failed }: AnswerEventsOptions,
): Promise<HttpResponse> => {
  const stream = createBufferedHead({ clock, isKept: call.claim !== null, waitedMs });
  const { sink } = stream;
  const finish = async () => {
    const { outcome, closed } = await callMessages(call, sink);
    if (!outcome.ok && stream.canRefuse()) {
      const { error } = outcome.fault;
      await closed(storedFailure(error, call.requestId));
      throw error;
    }
    // An answer that never had any content is one all the same; what precedes that of a failure is nobody's.
    if (outcome.ok) stream.open();
    else failed(outcome.fault.error);
    const last = outcome.ok ? stream.stop() : errorEvent(outcome.fault.error, call.requestId);
    await closed(stream.kept(last));
    stream.end(last);
  };
  void finish().catch((error: unknown) => {
    if (stream.canRefuse()) return stream.refuse(error);
    failed(error);
    stream.end(errorEvent(asAppError(error), call.requestId));
  });
  return stream.head;
};
