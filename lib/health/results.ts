import type { Checks } from './decision.ts';

/** Where the last finding about each dependency is kept. Every method rejects with `store-unavailable` only. */
export interface HealthResults {
  save(checks: Checks, signal: AbortSignal): Promise<void>;
  /** The last one of each dependency, however old; empty where nothing was ever probed. */
  all(signal: AbortSignal): Promise<Checks>;
  /** Writes and reads back: whether the store does both. */
  roundTrip(signal: AbortSignal): Promise<void>;
}
