import { createSharedRead, type SharedRead } from '../kernel/caching/shared-read.ts';
import type { Clock } from '../kernel/clock.ts';

/** How long a change of a key or tenant may go unseen: the contract's 60 s. */
const KNOWN_TTL_MS = 60_000;
/** Short, so that a new key works soon; long enough that a client with a wrong key costs little. */
const UNKNOWN_TTL_MS = 10_000;

/** What was looked up of late, found or not. */
export type LookUps<T> = SharedRead<T | null>;

export const createLookUps = <T>(options: { readonly clock: Clock; readonly maxEntries: number }): LookUps<T> =>
  createSharedRead({ ...options, ttlMs: KNOWN_TTL_MS, absentTtlMs: UNKNOWN_TTL_MS });
