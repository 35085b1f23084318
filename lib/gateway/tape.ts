/** What went out of a stream, for whoever repeats the request. */
export interface Tape {
  record(bytes: Uint8Array | string): void;
  /** All of it; `null` where nothing is recorded. */
  text(): string | null;
}

const OFF: Tape = { record() {}, text: () => null };

/** Records only where somebody may ask again: an answer that nobody can repeat is not kept in memory. */
export const createTape = (on: boolean): Tape => {
  if (!on) return OFF;
  const parts: Uint8Array[] = [];
  return {
    record: (bytes) => void parts.push(typeof bytes === 'string' ? Buffer.from(bytes) : bytes),
    text: () => Buffer.concat(parts).toString(),
  };
};
