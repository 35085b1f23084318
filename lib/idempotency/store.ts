import type { EpochSeconds } from '../kernel/clock.ts';
import type { Claim, Ending, Running } from './claim.ts';
import type { ScopedKey } from './key.ts';

/**
 * Where the claims are. Each operation is atomic, harmless to repeat, and rejects with `store-unavailable` only when
 * the store does not answer; `false` says that the claim was not as assumed, and nothing was changed.
 */
export interface ClaimStore {
  /** Claims a key that is free, or whose claim has expired by `now`; otherwise gives what stands there. */
  take(key: ScopedKey, claim: Running, now: number, signal?: AbortSignal): Promise<Claim | null>;
  /** Puts `claim` in the place of one that is still running under `from`'s id, without effects. */
  takeOver(key: ScopedKey, from: Running, claim: Running, signal?: AbortSignal): Promise<boolean>;
  /** Marks the owner's claim, if it is still running, as one that must never be taken over. */
  markEffects(key: ScopedKey, owner: Running): Promise<boolean>;
  /** Ends the owner's claim, if it is still running; what it ends with is kept until `expiresAt`. */
  complete(key: ScopedKey, owner: Running, ending: Ending, expiresAt: EpochSeconds): Promise<boolean>;
  /** Frees the key, if the owner's claim is still running, without effects. */
  release(key: ScopedKey, owner: Running): Promise<boolean>;
}

/** For whoever erases what a request has left. */
export interface ErasableClaims {
  /** Removes a claim with its answer, whoever has it. */
  erase(key: ScopedKey): Promise<void>;
}
