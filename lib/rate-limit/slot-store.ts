import type { EpochSeconds } from '../kernel/clock.ts';

/** One of a tenant's numbered places for a run. */
export interface Slot {
  readonly tenantId: string;
  /** From 0. */
  readonly number: number;
}

export interface Holding {
  /** Whose the slot is; no two takers have the same. */
  readonly holder: string;
  /** The slot is free again from then on, whoever holds it. */
  readonly expiresAt: EpochSeconds;
}

/**
 * Where the slots are. Each operation is atomic and harmless to repeat, and rejects with `store-unavailable` only;
 * `false` says that the slot was not as assumed, and nothing was changed.
 */
export interface SlotStore {
  /** Takes a slot that is free, or whose holding has expired by `now` (epoch milliseconds). */
  claim(slot: Slot, holding: Holding, now: number, signal?: AbortSignal): Promise<boolean>;
  /** Numbers of a tenant's slots that are held at `now`, as of this moment, each with its holder. */
  held(tenantId: string, now: number, signal?: AbortSignal): Promise<ReadonlyMap<number, string>>;
  /** Gives a slot from one holder to another, expired or not, unless it was given to a third. */
  takeOver(slot: Slot, from: string, holding: Holding, signal?: AbortSignal): Promise<boolean>;
  /** Prolongs the holder's own holding, expired or not, unless the slot was given to another one. */
  renew(slot: Slot, holding: Holding, signal?: AbortSignal): Promise<boolean>;
  /** Frees the holder's own slot. */
  release(slot: Slot, holder: string, signal?: AbortSignal): Promise<boolean>;
}
