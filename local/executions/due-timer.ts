import type { Clock } from '../../lib/kernel/clock.ts';

/** A timer knows neither 25 days nor that a laptop slept or its clock was set: so the time is looked at again. */
const LONGEST_WAIT_MS = 60_000;

/** Has the time looked at, at the latest when the wall clock has reached an instant that can be set anew. */
export interface DueTimer {
  /** Epoch milliseconds; `Infinity` for never. Whoever looks sets it again. */
  set(at: number): void;
  clear(): void;
}

export const createDueTimer = (clock: Clock, look: () => void): DueTimer => {
  let callOff = () => {};
  return {
    set(at) {
      callOff();
      if (at < Infinity) callOff = clock.after(Math.min(Math.max(at - clock.now(), 0), LONGEST_WAIT_MS), look);
    },
    clear: () => callOff(),
  };
};
