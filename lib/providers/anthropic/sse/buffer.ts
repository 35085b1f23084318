const NOTHING = Buffer.alloc(0);
/** More than most events, so that one that comes in small pieces grows once at most. */
const FIRST_BYTES = 1_024;

/**
 * Bytes of an event that is not whole yet, copied together; it doubles, so that small pieces cost no more than large
 * ones.
 */
export interface EventBuffer {
  readonly isEmpty: boolean;
  add(bytes: Uint8Array): void;
  /** What was added since the last `skip`, as text; bytes that are no UTF-8 are U+FFFD. */
  text(): string;
  skip(): void;
  /** Gives all bytes away and is empty then. */
  take(): Uint8Array;
}

export const createEventBuffer = (): EventBuffer => {
  let buffer = NOTHING;
  let length = 0;
  let textAt = 0;
  return {
    get isEmpty() {
      return length === 0;
    },
    add(bytes) {
      const needed = length + bytes.length;
      if (needed > buffer.length) {
        const grown = Buffer.allocUnsafe(Math.max(needed, 2 * buffer.length, FIRST_BYTES));
        buffer.copy(grown, 0, 0, length);
        buffer = grown;
      }
      buffer.set(bytes, length);
      length = needed;
    },
    text: () => buffer.toString('utf8', textAt, length),
    skip() {
      textAt = length;
    },
    take() {
      const bytes = buffer.subarray(0, length);
      buffer = NOTHING;
      length = 0;
      textAt = 0;
      return bytes;
    },
  };
};
