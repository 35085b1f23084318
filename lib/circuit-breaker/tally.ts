import type { Clock } from '../kernel/clock.ts';
import { callAt, merge, type Window } from './window.ts';

/** How often an environment may write its successes: they only ever keep a circuit closed. */
const WRITTEN_EACH_MS = 1_000;

/**
 * The successes of one environment that no report has carried yet. They cost no write while nothing fails,
 * and count as what they are once something does: those of the whole window, so that a few failures
 * among many successes are few.
 */
export interface Tally {
  succeeded(name: string, generation: number, windowMs: number, by: string | null): void;
  /** Empties the tally of that generation into a report. */
  take(name: string, generation: number): Window;
  /** Puts back what a report could not deliver. */
  giveBack(name: string, generation: number, calls: Window, windowMs: number): void;
  /** Whether successes may be written now; `true` at most once a second. */
  mayWrite(name: string): boolean;
}

export const createTally = (clock: Clock): Tally => {
  const counted = new Map<string, { readonly generation: number; readonly calls: Window }>();
  const writtenMs = new Map<string, number>();
  const callsOf = (name: string, generation: number): Window | null => {
    const own = counted.get(name);
    return own?.generation === generation ? own.calls : null;
  };
  const add = (name: string, generation: number, calls: Window, windowMs: number) => {
    const all = merge(callsOf(name, generation) ?? [], calls, clock.now(), windowMs);
    counted.set(name, { generation, calls: all });
  };
  return {
    succeeded: (name, generation, windowMs, by) =>
      add(name, generation, callAt(clock.now(), windowMs, false, by), windowMs),
    take(name, generation) {
      const calls = callsOf(name, generation);
      if (calls !== null) counted.delete(name);
      return calls ?? [];
    },
    giveBack(name, generation, calls, windowMs) {
      // What has been counted since may be of a later generation: then these say nothing any more.
      if (!counted.has(name) || callsOf(name, generation) !== null) add(name, generation, calls, windowMs);
    },
    mayWrite(name) {
      const now = clock.monotonicMs();
      if (now - (writtenMs.get(name) ?? -Infinity) < WRITTEN_EACH_MS) return false;
      writtenMs.set(name, now);
      return true;
    },
  };
};
