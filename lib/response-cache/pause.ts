import type { Random } from '../kernel/clock.ts';

/** A flight may be about to land: the first look follows soon. */
export const FIRST_PAUSE_MS = 50;
/** What an answer may come late for a follower, and how often each of them reads at most. */
export const LONGEST_PAUSE_MS = 1_000;

/** How long a follower waits after its `looks`-th look in vain, in milliseconds: growing, and spread over its upper half. */
export const pauseAfter = (looks: number, random: Random): number =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (looks - 1)) * (0.5 + random() / 2);
