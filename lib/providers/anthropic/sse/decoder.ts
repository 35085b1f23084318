import type { UpstreamEvent } from '../../../model-call/provider.ts';
import { createEventBuffer } from './buffer.ts';
import { readFields, withoutBom } from './fields.ts';
import { createLineScanner } from './line-scanner.ts';

/** Only before the whole stream a byte order mark is none of its text. */
const readFirst: typeof readFields = (block) => readFields(withoutBom(block));

const createSplitter = () => {
  const blankLines = createLineScanner();
  const pending = createEventBuffer();
  let read = readFirst;

  /** `rest` is the last part of a block of lines; what came before it is in `pending`. */
  const endBlock = (rest: Buffer): UpstreamEvent | null => {
    const isWhole = pending.isEmpty;
    if (!isWhole) pending.add(rest);
    const fields = read(isWhole ? rest.toString() : pending.text());
    read = readFields;
    if (fields !== null) return { bytes: isWhole ? rest : pending.take(), event: fields.event, data: fields.data };
    if (isWhole) pending.add(rest);
    pending.skip();
    return null;
  };
  return {
    /** The events that end in this chunk. */
    take({ buffer, byteOffset, byteLength }: Uint8Array): UpstreamEvent[] {
      const chunk = Buffer.from(buffer, byteOffset, byteLength);
      const events: UpstreamEvent[] = [];
      let start = 0;
      for (const end of blankLines.endsIn(chunk)) {
        const event = endBlock(chunk.subarray(start, end));
        if (event !== null) events.push(event);
        start = end;
      }
      if (start < byteLength) pending.add(chunk.subarray(start));
      return events;
    },
    /** Any event that only the end of the stream ends: its blank line might have been longer. */
    end(): UpstreamEvent[] {
      const event = blankLines.held ? endBlock(Buffer.alloc(0)) : null;
      return event === null ? [] : [event];
    },
  };
};

/**
 * Not a generator: of what is there already each event costs one turn of the microtask queue instead of three, a
 * quarter of all.
 */
const readEvents = (
  source: AsyncIterator<Uint8Array>,
  onBytes: (() => void) | undefined,
): AsyncIterator<UpstreamEvent, void> => {
  const splitter = createSplitter();
  let events: UpstreamEvent[] = [];
  let at = 0;
  let isOver = false;

  const read = async (): Promise<IteratorResult<UpstreamEvent, void>> => {
    for (;;) {
      const event = events[at];
      at += 1;
      if (event !== undefined) return { done: false, value: event };
      if (isOver) return { done: true, value: undefined };
      const chunk = await source.next();
      isOver = chunk.done === true;
      onBytes?.();
      events = chunk.done === true ? splitter.end() : splitter.take(chunk.value);
      at = 0;
    }
  };
  return {
    next: read,
    async return() {
      isOver = true;
      events = [];
      await source.return?.();
      return { done: true, value: undefined };
    },
  };
};

/**
 * Splits a stream by the specification of server-sent events, each byte kept: all `bytes` in a row are what came, up to
 * the end of the last whole event. What is unfinished at the end is dropped. To be read once, by one `for await`:
 * breaking it off cancels the source, whose errors it throws. `heard` is told of each chunk: half an event and a
 * comment are signs of life too.
 */
export const decodeEvents = (
  chunks: AsyncIterable<Uint8Array>,
  onBytes?: () => void,
): AsyncIterable<UpstreamEvent> => ({
  [Symbol.asyncIterator]: () => readEvents(chunks[Symbol.asyncIterator](), onBytes),
});
