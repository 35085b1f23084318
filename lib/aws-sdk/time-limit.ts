import type { Clock } from '../kernel/clock.ts';

/** That nothing came in time, as the SDK names it. */
export const timedOut = (what: string): Error =>
  Object.assign(new Error(`${what} took too long.`), { name: 'TimeoutError' });

export interface TimeLimit {
  /** Something came: the time begins anew. */
  onBytes(): void;
  stop(): void;
}

const LOOKS = 4;

/**
 * Calls `act` once when nothing was heard for `ms` in which this process was awake. It looks four times, and from one look to
 * the next no more than a quarter of `ms` counts: while a process is held up or frozen, what it waits for may be there and
 * unread, or not even asked for.
 */
export const limitTime = (clock: Clock, ms: number, act: () => void): TimeLimit => {
  const mostMs = ms / LOOKS;
  let leftMs = ms;
  let lookedAt = clock.monotonicMs();
  const look = () => {
    const now = clock.monotonicMs();
    leftMs -= Math.min(now - lookedAt, mostMs);
    lookedAt = now;
    if (leftMs <= 0) return act();
    wait();
  };
  /** Of one timer; to set a new one with each word of an answer would cost more than to read it. */
  const wait = () => {
    stop = clock.after(Math.ceil(Math.min(leftMs, mostMs)), look);
  };
  let stop = (): void => {};
  wait();
  return {
    onBytes() {
      leftMs = ms;
      lookedAt = clock.monotonicMs();
    },
    stop: () => stop(),
  };
};
