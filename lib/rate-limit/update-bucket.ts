import { type Clock, epochSeconds } from '../kernel/clock.ts';
import type { Tat, Try } from './decision.ts';
import type { KnownTats } from './known-tats.ts';
import { fromMs, type Picoseconds, toMs } from './rate.ts';
import type { Move, Moved, RateStore } from './store.ts';

/** Conditional updates of one call. Two are enough unless buckets are given back to or clocks are wrong. */
export const MAX_TRIES = 4;

/** A bucket is kept for so long beyond the instant at which it is full: the sweeper's clock is not ours. */
export const KEPT_FULL_MS = 120_000;

/** The latest instant at which the bucket can be full after a move. */
const fullAt = ({ to, change, otherwise }: Move): Picoseconds => {
  const first = 'set' in change ? change.set : to + change.add;
  const other = otherwise === undefined ? first : fullAt(otherwise);
  return first > other ? first : other;
};

/** What to do about a bucket that stands at `tat`: a move, or anything else, which ends it. */
export type Decide<Other> = (tat: Tat, now: Picoseconds) => Try | Other;

export type BucketUpdate<Other> =
  | Other
  | { readonly kind: 'moved'; readonly tat: Picoseconds }
  /** Others were faster each time. */
  | { readonly kind: 'contended' };

export interface BucketUpdater {
  /** One move, as it is. */
  once(key: string, move: Move, signal: AbortSignal): Promise<Moved>;
  /**
   * Decides by what is known, unless the store is to be asked (`asks`), and again by what stood in the way of the move.
   * Rejects when the store fails.
   */
  update<Other extends { readonly kind: string }>(
    key: string,
    decide: Decide<Other>,
    signal: AbortSignal,
    asks?: boolean,
  ): Promise<BucketUpdate<Other>>;
}

export interface BucketUpdaterOptions {
  readonly store: RateStore;
  readonly clock: Clock;
  readonly known: KnownTats;
}

export const createBucketUpdater = ({ store, clock, known }: BucketUpdaterOptions): BucketUpdater => {
  const once: BucketUpdater['once'] = async (key, move, signal) => {
    const moved = await store.move(key, move, { expiresAt: epochSeconds(toMs(fullAt(move)) + KEPT_FULL_MS), signal });
    known.set(key, moved.tat);
    return moved;
  };
  return {
    once,
    async update(key, decide, signal, asks = false) {
      let tat = asks ? null : known.get(key);
      const at = fromMs(clock.now());
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const step = decide(tat, at);
        if (!('move' in step)) return step;
        const moved = await once(key, step.move, signal);
        if (moved.applied) return { kind: 'moved', tat: moved.tat };
        tat = moved.tat;
      }
      return { kind: 'contended' };
    },
  };
};
