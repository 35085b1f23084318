/**
 * Instants and durations in picoseconds, as bigint: so fine that the time of one permit is whole, and additions are
 * exact whoever makes them, DynamoDB included (22 of its 38 digits).
 */
export type Picoseconds = bigint;

const PER_MS = 1_000_000_000n;
const MINUTE_MS = 60_000;

export const fromMs = (ms: number): Picoseconds => BigInt(Math.floor(ms)) * PER_MS;
/** Rounded up: who waits so many milliseconds has waited long enough. Never negative. */
export const toMs = (duration: Picoseconds): number => (duration <= 0n ? 0 : Number((duration + PER_MS - 1n) / PER_MS));

/** A bucket in terms of time. */
export interface Rate {
  /** In which one permit is refilled; rounded up, so that a minute never refills more than its permits. */
  readonly interval: Picoseconds;
  /** In which an empty bucket is full again: all permits, so a minute, and less than a millisecond for the rounding. */
  readonly burst: Picoseconds;
}

/** `permitsPerMinute`: a whole number, at least 1. */
export const rateOf = (permitsPerMinute: number): Rate => {
  const permits = BigInt(Math.ceil(permitsPerMinute));
  const interval = (fromMs(MINUTE_MS) + permits - 1n) / permits;
  return { interval, burst: interval * permits };
};
