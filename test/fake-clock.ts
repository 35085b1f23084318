import type { Clock } from '../lib/kernel/clock.ts';

/** A clock that stands still until it is moved by hand. */
export interface FakeClock extends Clock {
  /** Timers set and not yet due or called off. */
  readonly pending: number;
  /**
   * Moves on by `ms`, firing what falls due in its order; between two timers everything asynchronous gets its turn,
   * so that a timer set by what another one started is kept as well.
   */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock by so much, forwards or backwards: no time passes, and no timer fires. */
  stepWall(ms: number): void;
}

interface Timer {
  readonly at: number;
  readonly act: () => void;
}

/** A few turns of the event loop: enough for promises and for I/O that is already there. */
const settle = async () => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

export const createFakeClock = (start = Date.UTC(2026, 10, 20, 12)): FakeClock => {
  // Far from the wall clock's numbers: whoever mixes the two up gets nonsense.
  let monotonicMs = 5_000;
  let wallAhead = start - monotonicMs;
  const timers = new Set<Timer>();
  const next = (until: number): Timer | undefined =>
    [...timers]
      .filter(({ at }) => at <= until)
      .reduce<Timer | undefined>((a, b) => (a && a.at <= b.at ? a : b), undefined);
  return {
    now: () => monotonicMs + wallAhead,
    monotonicMs: () => monotonicMs,
    after(ms, act) {
      const timer = { at: monotonicMs + Math.max(0, ms), act };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    get pending() {
      return timers.size;
    },
    async advance(ms) {
      const until = monotonicMs + ms;
      await settle();
      for (let timer = next(until); timer !== undefined; timer = next(until)) {
        timers.delete(timer);
        monotonicMs = timer.at;
        timer.act();
        await settle();
      }
      monotonicMs = until;
    },
    stepWall(ms) {
      wallAhead += ms;
    },
  };
};
