import type { Clock } from '../kernel/clock.ts';

/** That nothing came in time, as the SDK names it. */
export const timedOut = (what: string): Error =>
  Object.assign(new Error(`${what} took too long.`), { name: 'TimeoutError' });

export interface TimeLimit {
  /** Something came: the time begins anew. */
  onBytes(): void;
  stop(): void;
}

/**
 * Calls `act` once when nothing was heard for `ms`. It looks twice before it does: where this process was held up, what it
 * waits for may be there and unread, as timers come before sockets.
 */
export const limitTime = (clock: Clock, ms: number, act: () => void): TimeLimit => {
  let heardAt = clock.monotonicMs();
  let looked = false;
  /** Of one timer; to set a new one with each word of an answer would cost more than to read it. */
  const look = () => {
    const restMs = heardAt + ms - clock.monotonicMs();
    if (restMs <= 0 && looked) return act();
    looked = restMs <= 0;
    stop = clock.after(Math.max(0, restMs), look);
  };
  let stop = clock.after(ms, look);
  return {
    onBytes() {
      heardAt = clock.monotonicMs();
      looked = false;
    },
    stop: () => stop(),
  };
};
