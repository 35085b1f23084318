import { EVENT_STREAM_HEADERS } from '../../http/response/event-stream.ts';
import type { HttpResponse } from '../../http/types.ts';
import type { StoredResult } from '../../idempotency/answer.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { ServedInstead } from '../../model-call/types.ts';
import type { MessageSink } from '../message-sink.ts';
import { createByteStream } from './byte-stream.ts';
import { createKeepAlive } from './keep-alive.ts';
import { createRecording } from './recording.ts';
import { storedAnswer } from './stored-answer.ts';

/** Says that another model answered than the one that was asked; the body's `model` says which. */
export const degradedHeader = (instead: ServedInstead | undefined): Readonly<Record<string, string>> =>
  instead === undefined ? {} : { 'x-ballast-degraded': 'fallback-model' };

type Headers = Readonly<Record<string, string>>;

/**
 * A stream whose head is held back, with what precedes the first content, so that until then it can still become a
 * refusal. Where that would be silence for long, the head goes out alone: what precedes the content is still held back,
 * so that another attempt may take its place unseen. Comments keep a silent stream alive, between whole events.
 */
export interface BufferedHead {
  /** Resolves once the stream is open; rejects when it is refused. */
  readonly head: Promise<HttpResponse>;
  /** Takes the upstream's events: the first of its content opens the stream, and its `message_stop` waits for `end`. */
  readonly sink: Required<MessageSink>;
  /** Lets the head go, unless it is out, and what precedes the content. */
  open(): void;
  /** Whether a failure can still have a status. If so, the head does not go out by itself any more. */
  canRefuse(): boolean;
  /** The upstream's own `message_stop`, or the one that it left out. */
  stop(): Uint8Array | string;
  /** All events that went out and this last one, as it is kept for whoever repeats the request; `null` where nobody can. */
  kept(last: Uint8Array | string): StoredResult | null;
  end(last: Uint8Array | string): void;
  /** Instead of `open`. */
  refuse(error: unknown): void;
}

const STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';

const isContent = (type: string): boolean => type.startsWith('content_block') || type === 'message_delta';

/** The first bytes go out before more is read: what came with them may be all of the answer, and much work. */
const untilSent = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Says nothing to a client, and so stands for nothing in what is recorded. */
export const COMMENT = ': keep-alive\n\n';

const BOM = Buffer.from('\uFEFF');

/** A byte order mark is one only before all else. */
const withoutBom = (bytes: Uint8Array): Uint8Array =>
  BOM.equals(bytes.subarray(0, BOM.length)) ? bytes.subarray(BOM.length) : bytes;

export interface BufferedHeadOptions {
  readonly clock: Clock;
  /** Whether what goes out is recorded. */
  readonly isKept: boolean;
  /** How long the client has waited already, in milliseconds. */
  readonly waitedMs: number;
}

export const createBufferedHead = ({ clock, isKept, waitedMs }: BufferedHeadOptions): BufferedHead => {
  const stream = createByteStream();
  const tape = createRecording(isKept);
  const head = Promise.withResolvers<HttpResponse>();
  let limits: Headers = {};
  let own: Headers = {};
  let headers: Headers = {};
  let served: ServedInstead | undefined;
  let preamble: Uint8Array[] = [];
  let stop: Uint8Array | string = STOP;
  let isHeadOut = false;
  let isOpen = false;

  const sendHead = () => {
    if (isHeadOut) return;
    isHeadOut = true;
    headers = { ...EVENT_STREAM_HEADERS, ...degradedHeader(served), ...own };
    head.resolve({ statusCode: 200, headers: { ...headers, ...limits }, body: stream.body });
  };
  const keepAlive = createKeepAlive(clock, waitedMs, () => {
    sendHead();
    // Who has not read what is there does not need more of it.
    if (stream.body.readableLength === 0) void stream.write(COMMENT);
  });
  const write = (bytes: Uint8Array) => {
    tape.record(bytes);
    keepAlive.spoke();
    return stream.write(bytes);
  };
  const open = () => {
    if (isOpen) return;
    isOpen = true;
    const [first, ...others] = preamble;
    const all = first && isHeadOut ? [withoutBom(first), ...others] : preamble;
    sendHead();
    for (const bytes of all) void write(bytes);
  };
  return {
    head: head.promise,
    sink: {
      admitted(given) {
        limits = given;
        // An attempt begins: what an earlier one had said before it failed is nobody's any more.
        preamble = [];
      },
      says(given) {
        own = given;
      },
      isOpen: () => isOpen,
      event({ bytes }, type, instead) {
        served = instead;
        if (type === 'message_stop') {
          stop = bytes;
          return undefined;
        }
        if (isOpen) return write(bytes);
        preamble.push(bytes);
        if (!isContent(type)) return undefined;
        open();
        return untilSent();
      },
    },
    open,
    canRefuse() {
      if (!isHeadOut) keepAlive.stop();
      return !isHeadOut;
    },
    stop: () => stop,
    kept(last) {
      tape.record(last);
      const text = tape.text();
      return text === null ? null : storedAnswer({ status: 200, headers, text });
    },
    end(last) {
      keepAlive.stop();
      void stream.write(last);
      stream.end();
    },
    refuse(error) {
      keepAlive.stop();
      head.reject(error);
      stream.end();
    },
  };
};
