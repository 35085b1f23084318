import { messageEvents } from './message-events.ts';
import { type Answer, encodeEvent, errorEnvelope, errorTypeOf, messageOf, type TokenCounts } from './wire.ts';

/** One thing that a server does on a connection; an answer, faults included, is a sequence of them. */
export type Step =
  | { readonly do: 'head'; readonly status: number; readonly headers: Readonly<Record<string, string>> }
  | Send
  | { readonly do: 'wait'; readonly ms: number }
  /** Goes on once the promise, which is asked for only on arrival, has settled. */
  | { readonly do: 'await'; readonly arrive: () => Promise<unknown> }
  | { readonly do: 'end' }
  /** Tears the connection down without ending the answer. */
  | { readonly do: 'reset' }
  /** Says nothing more, and leaves the connection open. */
  | { readonly do: 'hold' };

export interface Send {
  readonly do: 'send';
  readonly bytes: string | Uint8Array;
  /** What kind of piece this is: an event by its type, or a part of a JSON body. */
  readonly piece: string;
  /** What the whole answer has cost once this is sent; `null`: nothing that is known. */
  readonly billed: TokenCounts | null;
}

/** The name of the second half of a JSON body: each fault that breaks an answer off does so before it. */
export const BODY_REST = 'body-rest';

const json = 'application/json';
const eventStream = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };

/** A JSON body in two halves, so that it can be broken off in the middle. Chunked: a half body may end cleanly. */
export const jsonSteps = (
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
  billed: TokenCounts | null = null,
): Step[] => {
  const bytes = Buffer.from(body);
  const middle = bytes.length >> 1;
  return [
    { do: 'head', status, headers: { 'content-type': json, ...headers } },
    { do: 'send', bytes: bytes.subarray(0, middle), piece: 'body', billed },
    { do: 'send', bytes: bytes.subarray(middle), piece: BODY_REST, billed },
    { do: 'end' },
  ];
};

export const errorSteps = (
  status: number,
  message: string,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): Step[] => jsonSteps(status, JSON.stringify(errorEnvelope(errorTypeOf(status), message, requestId)), headers);

/** The answer as Server-Sent Events, one `send` each, or as one JSON body. */
export const answerSteps = (answer: Answer, stream: boolean): Step[] => {
  if (!stream) return jsonSteps(200, JSON.stringify(messageOf(answer)), {}, answer.counts);
  return [
    { do: 'head', status: 200, headers: eventStream },
    ...messageEvents(answer).map(({ event, billed }): Step => ({
      do: 'send',
      bytes: encodeEvent(event),
      piece: event.type,
      billed,
    })),
    { do: 'end' },
  ];
};
