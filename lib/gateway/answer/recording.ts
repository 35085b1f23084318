import { MAX_ANSWER_BYTES } from '../../idempotency/answer.ts';

/** What went out of a stream, for whoever repeats the request. */
export interface Recording {
  record(bytes: Uint8Array | string): void;
  /**
   * All of it, read as UTF-8, which events and JSON are; `null` where nothing is recorded. What is too large to be kept
   * is cut off just beyond that size.
   */
  text(): string | null;
}

const OFF: Recording = { record() {}, text: () => null };

/** Records only where somebody may ask again, and no more than can be kept. */
export const createRecording = (on: boolean): Recording => {
  if (!on) return OFF;
  const parts: Uint8Array[] = [];
  let length = 0;
  return {
    record(bytes) {
      if (length > MAX_ANSWER_BYTES) return;
      const part = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
      length += part.length;
      parts.push(part);
    },
    text: () => Buffer.concat(parts).toString(),
  };
};
