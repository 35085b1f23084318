/**
 * Durations by their size, mergeable without loss: DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable
 * quantile sketch with relative-error guarantees", VLDB 2019). Bucket i counts what lies in (γ^(i-1), γ^i].
 */
export type Histogram = ReadonlyMap<number, number>;

/** A quantile is off by at most this share of itself: half of what is promised, which leaves room for rounding. */
const ACCURACY = 0.01;
const GAMMA = (1 + ACCURACY) / (1 - ACCURACY);
const LOG_GAMMA = Math.log(GAMMA);

/** Stands below every bucket that a whole number of milliseconds can fall into. */
const ZERO_BUCKET = -1;

/** The bucket of a duration of at least one, or of none; anything between counts as one. */
export const bucketOf = (durationMs: number): number =>
  durationMs <= 0 ? ZERO_BUCKET : Math.ceil(Math.log(Math.max(1, durationMs)) / LOG_GAMMA);

/** The value that no member of the bucket differs from by more than the accuracy. */
const valueOf = (bucket: number): number => (bucket === ZERO_BUCKET ? 0 : (2 * GAMMA ** bucket) / (GAMMA + 1));

export const plusHistogram = (a: Histogram, b: Histogram): Histogram => {
  const all = new Map(a);
  for (const [bucket, count] of b) all.set(bucket, (all.get(bucket) ?? 0) + count);
  return all;
};

/** The smallest duration that at least the share `q` of all do not exceed (nearest rank); 0 where there are none. */
export const quantile = (histogram: Histogram, q: number): number => {
  const buckets = [...histogram].sort(([a], [b]) => a - b);
  const count = buckets.reduce((all, [, one]) => all + one, 0);
  const rank = Math.max(1, Math.ceil(q * count));
  let below = 0;
  for (const [bucket, one] of buckets) {
    below += one;
    if (below >= rank) return valueOf(bucket);
  }
  return 0;
};
