import { Readable } from 'node:stream';
import type { Clock } from '../../kernel/clock.ts';

/** Proxies and clients give up on a silent stream; the contract says at least each 15 s. */
const PING_MS = 10_000;

/** A Server-Sent Events body that is written while it is sent. */
export interface EventStream {
  readonly body: Readable;
  /** Goes out at once. After `end`, or when the client has left, it is dropped. */
  readonly send: (event: string, data: unknown) => void;
  readonly end: () => void;
}

/** What was sent and is not yet read waits in memory: at most one answer. */
export const createEventStream = (clock: Clock): EventStream => {
  let cancelPing = () => {};
  let open = true;
  const close = () => {
    open = false;
    cancelPing();
  };
  const body = new Readable({
    read: () => undefined,
    destroy(error, done) {
      close();
      done(error);
    },
  });
  const send = (event: string, data: unknown) => {
    if (!open) return;
    cancelPing();
    cancelPing = clock.after(PING_MS, () => send('ping', {}));
    body.push(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  return {
    body,
    send,
    end() {
      if (open) body.push(null);
      close();
    },
  };
};

/** The headers of such an answer; proxies that would collect it are told not to. */
export const EVENT_STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
} as const;

/** Whether the caller wants events rather than JSON. */
export const wantsEvents = (accept: string | undefined): boolean =>
  (accept ?? '')
    .split(',')
    .some((range) => /^\s*text\/event-stream\s*(;|$)/i.test(range) && !/;\s*q=0(\.0*)?\s*(;|$)/i.test(range));
