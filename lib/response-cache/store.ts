import type { StoredAnswer } from './answer.ts';
import type { CacheKey } from './key.ts';

/** The one run that makes an answer for all who ask for it, as the store knows it. */
export interface FlightRecord {
  /** Unlike that of any other flight. */
  readonly owner: string;
  /**
   * `aloft`: its run is under way. `landed`: its answer has just been written. `unshared`: it had nothing that may be
   * stored, and whoever asks runs by himself.
   */
  readonly state: 'aloft' | 'landed' | 'unshared';
  /** Epoch milliseconds: from then on it is over, whatever its state, and another may take off. */
  readonly endsAt: number;
}

/** What is there under a key. Neither is dropped for its age: that is for the decision to see. */
export interface CacheEntry {
  readonly answer: StoredAnswer | null;
  readonly flight: FlightRecord | null;
}

export interface CacheReadOptions {
  /** Half the price, and an entry that may be a second old, its two parts not of one instant; the default is a strong read. */
  readonly eventually?: boolean;
  readonly signal?: AbortSignal;
}

/** Where the answers are. Each operation is atomic, and rejects with `store-unavailable` when the store does not answer. */
export interface CacheStore {
  read(key: CacheKey, options?: CacheReadOptions): Promise<CacheEntry>;
  /** Takes off unless a flight is there that is not over by `now`; `false` when there is. */
  lead(key: CacheKey, flight: FlightRecord, now: number, signal?: AbortSignal): Promise<boolean>;
  /** Writes over the flight of that owner while it is aloft; `false` when it is not, or another's. */
  change(key: CacheKey, flight: FlightRecord, signal?: AbortSignal): Promise<boolean>;
  /** Writes over an answer that was stored no later, and touches no flight; `false` where a newer one is there. */
  putAnswer(key: CacheKey, answer: StoredAnswer, signal?: AbortSignal): Promise<boolean>;
}
