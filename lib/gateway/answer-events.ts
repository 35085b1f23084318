import type { ServedInstead } from '../claude/types.ts';
import type { UpstreamEvent } from '../claude/split-events.ts';
import { anthropicErrorOf } from '../http/anthropic-error.ts';
import { EVENT_STREAM_HEADERS } from '../http/event-stream.ts';
import type { HttpResponse } from '../http/types.ts';
import { asAppError, type AppError } from '../kernel/errors.ts';
import { createByteStream } from './byte-stream.ts';
import { degradedHeader } from './degraded-header.ts';
import { keptAnswer, keptFailure } from './kept-answer.ts';
import type { CallMessages, MessageCall, MessageSink } from './message-call.ts';
import { createTape } from './tape.ts';

const STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';

const errorEvent = (error: AppError, requestId: string): string =>
  `event: error\ndata: ${JSON.stringify(anthropicErrorOf(error, requestId))}\n\n`;

/** What opens the answer: an answer without any content is one all the same. */
const opens = (type: string): boolean => type.startsWith('content_block') || type === 'message_delta';

/**
 * Answers a client that reads events, with the upstream's own bytes. The head, and what precedes the first content, is held back until
 * that is there, so that a refusal or a failure before it is thrown and has a real status; after it a failure is an `error` event.
 * The last event waits for the books.
 */
export const answerAsEvents = async (
  call: MessageCall,
  callMessages: CallMessages,
  failed: (error: unknown) => void,
): Promise<HttpResponse> => {
  const stream = createByteStream();
  const tape = createTape(call.claim !== null);
  const head = Promise.withResolvers<HttpResponse>();
  let limits: Readonly<Record<string, string>> = {};
  let headers: Readonly<Record<string, string>> = {};
  let preamble: Uint8Array[] = [];
  let open = false;
  let served: ServedInstead | undefined;
  let stop: Uint8Array | string = STOP;

  const write = (bytes: Uint8Array | string) => {
    tape.record(bytes);
    return stream.write(bytes);
  };
  const begin = () => {
    open = true;
    headers = { ...EVENT_STREAM_HEADERS, ...degradedHeader(served) };
    head.resolve({ statusCode: 200, headers: { ...headers, ...limits }, body: stream.body });
    for (const bytes of preamble) void write(bytes);
  };
  const sink: MessageSink = {
    admitted(told) {
      limits = told;
      // An attempt begins: what an earlier one had said before it failed is nobody's any more.
      preamble = [];
    },
    isOpen: () => open,
    event({ bytes }: UpstreamEvent, type, instead) {
      served = instead;
      if (type === 'message_stop') {
        stop = bytes;
        return undefined;
      }
      if (open) return write(bytes);
      preamble.push(bytes);
      if (opens(type)) begin();
      return undefined;
    },
  };
  const finish = async () => {
    const { outcome, closed } = await callMessages(call, sink);
    if (!outcome.ok && !open) {
      const { error } = outcome.fault;
      await closed(keptFailure(error, call.requestId));
      throw error;
    }
    // An answer that never had any content is one all the same.
    if (!open) begin();
    if (!outcome.ok) failed(outcome.fault.error);
    const last = outcome.ok ? stop : errorEvent(outcome.fault.error, call.requestId);
    tape.record(last);
    const text = tape.text();
    await closed(text === null ? null : keptAnswer({ status: 200, headers, text }));
    void stream.write(last);
  };
  void finish()
    .catch((error: unknown) => {
      if (!open) return head.reject(error);
      failed(error);
      void stream.write(errorEvent(asAppError(error), call.requestId));
    })
    .finally(() => stream.end());
  return head.promise;
};
