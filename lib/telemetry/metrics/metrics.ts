import { lazy } from '../../kernel/caching/lazy.ts';
import type { Listener } from '../events.ts';
import { type Gathered, isWait, type Timed } from '../own-time.ts';

/** Gathers what happens, and writes what it says in numbers when a request is over. */
export interface Metrics {
  readonly listen: Listener;
  /** Writes what was gathered since; call it after the last byte. Never rejects. */
  readonly flush: () => Promise<void>;
}

export interface MetricsOptions {
  readonly clock: { readonly monotonicMs: () => number };
  readonly contexts: { readonly current: () => Gathered['work'] };
  /** Takes lines of the log as they are, each with its end. */
  readonly write: (lines: string) => void;
  /** Loads what makes lines of events; not called before the first one. */
  readonly makeLines: () => Promise<(all: readonly Gathered[]) => string[]>;
}

/** Metrics in the log, from where CloudWatch takes them. What concurrent requests gather goes out with whichever ends first. */
export const createMetrics = ({ clock, contexts, write, makeLines }: MetricsOptions): Metrics => {
  let gathered: Gathered[] = [];
  /** Of work under way: what is gathered goes out with whichever work ends first, and its own time is known at its end. */
  const waits = new WeakMap<object, Timed[]>();
  // What makes numbers of events is loaded while the first request is answered, not before.
  const writer = lazy(makeLines);
  return {
    listen(event) {
      const work = contexts.current();
      const timed = { event, atMs: clock.monotonicMs() };
      const waitsOfWork = (work && waits.get(work)) ?? [];
      if (isWait(event)) waitsOfWork.push(timed);
      if (work) waits.set(work, waitsOfWork);
      gathered.push({ ...timed, work, waits: event.type === 'request.finished' ? waitsOfWork : [] });
      // It is `flush` that meets a failure.
      writer().catch(() => undefined);
    },
    async flush() {
      const all = gathered;
      gathered = [];
      if (all.length === 0) return;
      try {
        const linesOf = await writer();
        // One write for all of them: it is the write that costs.
        const lines = linesOf(all).join('');
        if (lines !== '') write(lines);
      } catch {
        // Figures are lost; the answer and its line are not.
      }
    },
  };
};

/** For a terminal, whose reader wants lines and no figures. */
export const noMetrics: Metrics = { listen: () => undefined, flush: async () => undefined };
