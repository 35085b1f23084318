import { lazy } from '../kernel/lazy.ts';
import type { BallastEvent, Listener } from './events.ts';

/** Gathers what happens, and writes what it says in numbers when a request is over. */
export interface Metrics {
  readonly listen: Listener;
  /** Writes what was gathered since; call it after the last byte. Never rejects. */
  readonly flush: () => Promise<void>;
}

export interface MetricsOptions {
  readonly stage: string;
  /** Names of the tools there are. */
  readonly tools: ReadonlySet<string>;
  /** Takes lines of the log as they are, each with its end. */
  readonly write: (lines: string) => void;
}

/** Metrics in the log, from where CloudWatch takes them. What concurrent requests gather goes out with whichever ends first. */
export const createMetrics = ({ write, ...options }: MetricsOptions): Metrics => {
  let gathered: BallastEvent[] = [];
  // What makes numbers of events is loaded while the first request is answered, not before.
  const writer = lazy(async () => {
    const { createEmbeddedMetrics } = await import('./embedded-metrics.ts');
    return createEmbeddedMetrics(options);
  });
  return {
    listen(event) {
      gathered.push(event);
      // It is `flush` that meets a failure.
      writer().catch(() => undefined);
    },
    async flush() {
      const events = gathered;
      gathered = [];
      if (events.length === 0) return;
      try {
        const linesOf = await writer();
        // One write for all of them: it is the write that costs.
        const lines = linesOf(events).join('');
        if (lines !== '') write(lines);
      } catch {
        // Figures are lost; the answer and its line are not.
      }
    },
  };
};

/** For a terminal, whose reader wants lines and no figures. */
export const noMetrics: Metrics = { listen: () => undefined, flush: async () => undefined };
