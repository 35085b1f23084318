import type { EpochSeconds } from '../kernel/clock.ts';
import type { Picoseconds } from './rate.ts';

/** A change of a bucket's `tat` if it lies between two values, both included; `from` null: or is not there. */
export interface Step {
  readonly from: Picoseconds | null;
  readonly to: Picoseconds;
  readonly change: { readonly set: Picoseconds } | { readonly add: Picoseconds };
}

export interface Move extends Step {
  /** The same of a bucket that others have moved on. A store that makes moves of several at once may make it instead. */
  readonly otherwise?: Step;
}

/** `tat`: as it is now; where the move was not made, `null` says that there is none. */
export type Moved =
  { readonly applied: true; readonly tat: Picoseconds } | { readonly applied: false; readonly tat: Picoseconds | null };

export interface MoveOptions {
  /** Not before the bucket is full, however deep its debt: what is forgotten counts as full. */
  readonly expiresAt: EpochSeconds;
  readonly signal?: AbortSignal;
}

/** Where the buckets are. */
export interface RateStore {
  /**
   * Makes a move in one step. Never sent twice, because an addition is not harmless to repeat: where the answer is
   * lost it rejects with `store-unavailable`, and the move may have been made.
   */
  move(key: string, move: Move, options: MoveOptions): Promise<Moved>;
}
