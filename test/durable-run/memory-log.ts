import type { WatchRunParts } from '../../lib/durable-run/watch-run.ts';
import type { LogEntry, RunEvent } from '../../lib/runs/log-entry.ts';

/** The log of one run in memory, as a watcher reads it. */
export interface MemoryLog {
  readonly log: WatchRunParts['log'];
  /** How often it was read. */
  readonly reads: number;
  /** How many entries were taken from it. */
  readonly taken: number;
  /** Adds an entry with these events. */
  write(events: readonly RunEvent[], last?: boolean): void;
  /** What a read meets first: an error, or a wait. */
  meet(obstacle: (() => Promise<void>) | null): void;
}

export const createMemoryLog = (): MemoryLog => {
  const entries: LogEntry[] = [];
  let reads = 0;
  let taken = 0;
  let obstacle: (() => Promise<void>) | null = null;
  const newest = () => entries.at(-1) ?? null;
  return {
    get reads() {
      return reads;
    },
    get taken() {
      return taken;
    },
    log: {
      async tail() {
        await obstacle?.();
        return newest();
      },
      async *read(_run, after) {
        reads += 1;
        await obstacle?.();
        for (const entry of entries.filter(({ first, count }) => first + count - 1 > after)) {
          taken += 1;
          yield entry;
        }
      },
    },
    write(events, last = false) {
      const before = newest();
      const first = before === null ? 1 : before.first + before.count;
      entries.push({ first, count: events.length, writer: 1, events, state: null, last });
    },
    meet: (given) => void (obstacle = given),
  };
};
