import type { Clock } from '../../../lib/kernel/clock.ts';

export interface ManualClock extends Clock {
  /** Moves time on, and acts on what falls due. */
  advance(ms: number): void;
  /** Resolves with the delay of the next timer that is asked for and still stands. */
  timer(): Promise<number>;
}

export const createManualClock = (startsAt = 0): ManualClock => {
  let now = startsAt;
  let timers: { readonly at: number; readonly act: () => void }[] = [];
  let waiting: ((ms: number) => void)[] = [];
  return {
    now: () => now,
    monotonicMs: () => now,
    after: (ms, act) => {
      const timer = { at: now + ms, act };
      timers.push(timer);
      for (const tell of waiting) tell(ms);
      waiting = [];
      return () => void (timers = timers.filter((each) => each !== timer));
    },
    advance: (ms) => {
      now += ms;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { act } of due) act();
    },
    timer: () => {
      const first = timers[0];
      return first ? Promise.resolve(first.at - now) : new Promise((resolve) => waiting.push(resolve));
    },
  };
};
