import type { Clock } from '../lib/kernel/clock.ts';

/** Something under way outside the run's own promises. */
export interface Work {
  /** For the sentence that says what a run hangs on. */
  readonly what: string;
  /** Whether nothing more will come of it before time moves on. */
  readonly isWaiting: () => boolean;
}

/**
 * A clock that moves by itself: it stands still while anything is under way, and jumps to its next timer when all that is left is to wait.
 * So a pause costs a test nothing, and no limit passes while real work is done.
 */
export interface AutoClock extends Clock {
  /** Holds time while `work` is not waiting, until the returned function is called. */
  begin(work: Work): () => void;
  /** Something has happened that may change whether works wait. */
  changed(): void;
  /** What holds time now. */
  readonly busyWith: readonly string[];
  /** Counts what has happened. */
  readonly changes: number;
  /** No timer fires any more. */
  stop(): void;
}

interface Timer {
  readonly at: number;
  readonly act: () => void;
}

/**
 * Turns of the event loop without a change before time moves. Whatever of a run is not announced as work is promises over memory,
 * which are through within one turn.
 */
const QUIET_TURNS = 2;

export const createAutoClock = (start: number): AutoClock => {
  const timers = new Set<Timer>();
  const works = new Set<Work>();
  let now = start;
  let changes = 0;
  let stopped = false;

  const busy = () => [...works].filter(({ isWaiting }) => !isWaiting());
  const next = (): Timer | undefined =>
    [...timers].reduce<Timer | undefined>((first, each) => (first && first.at <= each.at ? first : each), undefined);

  const move = () => {
    const timer = busy().length === 0 ? next() : undefined;
    if (timer === undefined) return;
    timers.delete(timer);
    now = timer.at;
    timer.act();
    changed();
  };
  const changed = () => {
    changes += 1;
    const seen = changes;
    let turns = 0;
    const turn = () => {
      if (stopped || changes !== seen) return;
      turns += 1;
      if (turns > QUIET_TURNS) move();
      else setImmediate(turn);
    };
    setImmediate(turn);
  };

  return {
    now: () => now,
    monotonicMs: () => now - start,
    after(ms, act) {
      const timer = { at: now + Math.max(0, ms), act };
      timers.add(timer);
      changed();
      return () => void timers.delete(timer);
    },
    begin(work) {
      works.add(work);
      return () => {
        works.delete(work);
        changed();
      };
    },
    changed,
    get busyWith() {
      return busy().map(({ what }) => what);
    },
    get changes() {
      return changes;
    },
    stop() {
      stopped = true;
      timers.clear();
    },
  };
};
