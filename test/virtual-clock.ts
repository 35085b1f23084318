import type { Clock } from '../lib/kernel/clock.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
  off: boolean;
}

/** A clock for simulations: hours of thousands of timers pass in seconds, always in the same order. */
export interface VirtualClock extends Clock {
  wait(ms: number): Promise<void>;
  /** Moves on to an instant (epoch milliseconds), firing what falls due; what was started by it gets its turn before the next. */
  runUntil(at: number): Promise<void>;
}

const isBefore = (a: Timer, b: Timer) => a.at < b.at || (a.at === b.at && a.order < b.order);

/** A binary heap, the next timer first. */
const createQueue = () => {
  const heap: Timer[] = [];
  const at = (index: number) => heap[index] as Timer;
  const swap = (a: number, b: number) => ([heap[a], heap[b]] = [at(b), at(a)]);
  return {
    first: (): Timer | undefined => heap[0],
    push(timer: Timer) {
      heap.push(timer);
      for (let child = heap.length - 1; child > 0;) {
        const parent = (child - 1) >> 1;
        if (!isBefore(at(child), at(parent))) break;
        swap(child, parent);
        child = parent;
      }
    },
    shift() {
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return;
      heap[0] = last;
      for (let parent = 0; ;) {
        const [left, right] = [2 * parent + 1, 2 * parent + 2];
        const child = right < heap.length && isBefore(at(right), at(left)) ? right : left;
        if (child >= heap.length || !isBefore(at(child), at(parent))) break;
        swap(child, parent);
        parent = child;
      }
    },
  };
};

export const createVirtualClock = (start = Date.UTC(2026, 10, 20, 12)): VirtualClock => {
  const timers = createQueue();
  let now = start;
  let order = 0;
  const after: Clock['after'] = (ms, act) => {
    const timer = { at: now + Math.max(0, Math.ceil(ms)), order: (order += 1), act, off: false };
    timers.push(timer);
    return () => {
      timer.off = true;
    };
  };
  return {
    now: () => now,
    monotonicMs: () => now - start,
    after,
    wait: (ms) => new Promise((resolve) => void after(ms, resolve)),
    async runUntil(until) {
      // What was begun just now has set no timer yet.
      await new Promise((resolve) => setImmediate(resolve));
      for (let next = timers.first(); next !== undefined && next.at <= until; next = timers.first()) {
        timers.shift();
        if (next.off) continue;
        now = Math.max(now, next.at);
        next.act();
        // Everything asynchronous of it, before the next.
        if (timers.first()?.at !== now) await new Promise((resolve) => setImmediate(resolve));
      }
      now = Math.max(now, until);
    },
  };
};
