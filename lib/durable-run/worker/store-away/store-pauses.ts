import type { NextTry, Outage } from '../../../agent/loop/steering.ts';

/** After its first refusal; then twice as long each time, up to `SOON_MS`. */
const FIRST_MS = 1_000;
const SOON_MS = 15_000;
/** A long outage is asked about each tenth of what it has lasted: a run that waits for days takes few operations. */
const SHARE = 0.1;
const LONGEST_MS = 600_000;
/** With less time than this a run tries nothing again. */
const LEAST_MS = 1_000;

/**
 * How long whoever the store has refused waits before the next try, in milliseconds; `null`: of `leftMs` too little is left.
 * Near the end it waits for half of what is left, so that a store that comes back in time is found.
 */
export const pauseAfter = ({ since, until, refusals }: Outage, leftMs: number): number | null => {
  if (leftMs < LEAST_MS) return null;
  const soon = Math.min(SOON_MS, FIRST_MS * 2 ** Math.min(10, refusals - 1));
  return Math.min(LONGEST_MS, Math.max(soon, (until - since) * SHARE), leftMs / 2);
};

/** A key that is missing is waited for so long: whoever sets up the stage may be about to put it. */
export const MISSING_KEY_MS = 300_000;

/**
 * When a model call that the store has refused is tried again. A store that is away is waited for as long as the run has
 * time (`leftMs`, and `waitMs` in all); a key that is missing for `MISSING_KEY_MS`, and then the call has failed, by no limit.
 */
export const nextTryAfter = (
  outage: Outage,
  { leftMs, waitMs }: { readonly leftMs: number; readonly waitMs: number },
): NextTry => {
  const { since, until, missingSince = null } = outage;
  const runMs = Math.min(leftMs, since + waitMs - until);
  const keyMs = missingSince === null ? Infinity : missingSince + MISSING_KEY_MS - until;
  const forMs = pauseAfter(outage, Math.min(runMs, keyMs));
  if (forMs !== null) return { again: true, at: until + forMs };
  return { again: false, limit: keyMs < runMs ? null : 'deadline' };
};
