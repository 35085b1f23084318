import { fromMs, type Picoseconds, type Rate, toMs } from './rate.ts';
import type { Move, Step } from './store.ts';

/** How far a bucket may be overdrawn, beyond being empty: a caller is shut out for this and a minute at most. */
export const MAX_DEBT_MS = 600_000;
/** How far the clocks of two environments may lie apart without being taken for wrong. */
export const MAX_SKEW_MS = 10_000;

const MAX_DEBT = fromMs(MAX_DEBT_MS);
const MAX_SKEW = fromMs(MAX_SKEW_MS);

/**
 * GCRA, as in ATM Forum TM 4.0: all that is kept of a bucket is `tat`, the theoretical arrival time. It is when the
 * bucket will be full; how far it lies ahead is how much has been taken. `null`: never used.
 */
export type Tat = Picoseconds | null;

/** What to have the store do, if the bucket is as it was believed to be. */
export interface Try {
  readonly kind: 'move';
  readonly move: Move;
}

export interface Refusal {
  readonly kind: 'refuse';
  readonly tat: Picoseconds;
  /** The first whole millisecond at which the same call passes, if nobody else takes or gives back until then. */
  readonly retryAfterMs: number;
}

/** The debt is at its limit: nothing can be added. */
export interface Full {
  readonly kind: 'full';
}

const move = (from: Tat, to: Picoseconds, change: Move['change']): Try => ({
  kind: 'move',
  move: { from, to, change },
});

/** Of a bucket that is full; others may take of it first. */
const fromFull = (now: Picoseconds, inc: Picoseconds, otherwise: Step): Try => ({
  kind: 'move',
  move: { from: null, to: now, change: { set: now + inc }, otherwise },
});

/** Whether only a clock that was wrong can have written this. */
const isClockError = (rate: Rate, tat: Picoseconds, now: Picoseconds): boolean =>
  tat > now + rate.burst + MAX_DEBT + MAX_SKEW;

/** What `cost` permits add; never so much that what is left would be taken for a clock error. */
export const increment = ({ interval, burst }: Rate, cost: number): Picoseconds => {
  const full = BigInt(Math.max(0, Math.ceil(cost))) * interval;
  return full < burst + MAX_DEBT ? full : burst + MAX_DEBT;
};

/** Whether `cost` permits may be taken of a bucket that stands at `tat`. More than a burst passes when a full one would. */
export const take = (rate: Rate, cost: number, tat: Tat, now: Picoseconds): Try | Refusal => {
  const inc = increment(rate, cost);
  const ceiling = now + rate.burst - (inc < rate.burst ? inc : rate.burst);
  const next = { from: now, to: ceiling, change: { add: inc } };
  if (tat === null || tat <= now) return fromFull(now, inc, next);
  if (isClockError(rate, tat, now)) return move(tat, tat, { set: now + inc });
  if (tat > ceiling) return { kind: 'refuse', tat, retryAfterMs: toMs(tat - ceiling) };
  return { kind: 'move', move: next };
};

/** Takes `cost` permits that were used already, into debt where they are not there. */
export const charge = (rate: Rate, cost: number, tat: Tat, now: Picoseconds): Try | Full => {
  const inc = increment(rate, cost);
  const limit = now + rate.burst + MAX_DEBT;
  const next = { from: now, to: limit - inc, change: { add: inc } };
  if (tat === null || tat <= now) return fromFull(now, inc, next);
  if (isClockError(rate, tat, now)) return move(tat, tat, { set: now + inc });
  if (tat >= limit) return { kind: 'full' };
  return tat > limit - inc ? move(limit - inc, limit, { set: limit }) : { kind: 'move', move: next };
};

/**
 * Undoes a take that led to `taken`: what of it has not been refilled by now, since giving that back as well would
 * let through more than the bucket and its refill. `null`: there is nothing left to give back.
 */
export const giveBack = (rate: Rate, inc: Picoseconds, taken: Picoseconds, now: Picoseconds): Move | null => {
  const left = taken - now;
  const back = inc < left ? inc : left;
  if (back <= 0n) return null;
  return { from: now + back, to: now + rate.burst + MAX_DEBT + MAX_SKEW, change: { add: -back } };
};

/** What callers are told: whole permits left, and how long until the bucket is full. */
export interface View {
  readonly remaining: number;
  readonly resetMs: number;
}

export const viewOf = ({ interval, burst }: Rate, tat: Picoseconds, now: Picoseconds): View => {
  const left = now + burst - (tat > now ? tat : now);
  return { remaining: left <= 0n ? 0 : Number(left / interval), resetMs: toMs(tat - now) };
};
