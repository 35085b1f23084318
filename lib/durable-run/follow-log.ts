import { createSharedRead } from '../kernel/caching/shared-read.ts';
import { type Clock, orAborted, sleep } from '../kernel/clock.ts';
import { safe } from '../kernel/redacted.ts';
import type { EventLog } from '../runs/event-log.ts';
import type { LogEntry } from '../runs/log-entry.ts';
import { partitionOf, type RunKey } from '../runs/run-key.ts';
import { describeFailure } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';

/** Between two reads while events flow: they are written each 500 ms. */
const FIRST_PAUSE_MS = 250;
/** While nothing happens. An event is found within a second of being written, the time of its read included. */
const LONGEST_PAUSE_MS = 900;
/** Entries that one read for several followers gives at most: who is further behind reads by itself, bit by bit. */
const MOST_SHARED = 16;

export interface FollowLogParts {
  readonly log: Pick<EventLog, 'read'>;
  readonly clock: Clock;
  readonly emit: Emit;
}

/**
 * The entries of a run that hold events with ids above `after`, in order and as they come; ends after the last one, or with
 * the signal. It only reads. While nothing asks it for the next entry, nothing is read. A store that fails is asked again
 * until the signal aborts.
 */
export type FollowLog = (run: RunKey, after: number, signal: AbortSignal) => AsyncGenerator<LogEntry, void>;

const firstOf = async (entries: AsyncIterable<LogEntry>): Promise<readonly LogEntry[]> => {
  const first: LogEntry[] = [];
  for await (const entry of entries) if (first.push(entry) === MOST_SHARED) break;
  return first;
};

export const createFollowLog = ({ log, clock, emit }: FollowLogParts): FollowLog => {
  // Followers of one process that have seen the same ask at the same time: a read under way is good for all of them.
  const reads = createSharedRead<readonly LogEntry[]>({ clock, ttlMs: 0 });
  const readTogether = (run: RunKey, after: number, signal: AbortSignal) =>
    orAborted(
      reads.find(`${partitionOf(run)}#${after}`, () => firstOf(log.read(run, after))),
      signal,
    );

  return async function* follow(run, after, signal) {
    let seen = after;
    let pauseMs = FIRST_PAUSE_MS;
    let isBehind = true;
    let isFailing = false;
    while (!signal.aborted) {
      try {
        let count = 0;
        const entries = isBehind ? log.read(run, seen, { signal }) : await readTogether(run, seen, signal);
        for await (const entry of entries) {
          yield entry;
          if (entry.last) return;
          seen = entry.first + entry.count - 1;
          count += 1;
        }
        const mayHaveMore: boolean = !isBehind && count === MOST_SHARED;
        isBehind = mayHaveMore;
        isFailing = false;
        if (count > 0) pauseMs = FIRST_PAUSE_MS;
        if (mayHaveMore) continue;
      } catch (error) {
        if (!isFailing && !signal.aborted)
          emit({ type: 'store.failed', operation: safe`events.read`, ...describeFailure(error) });
        isFailing = true;
      }
      await sleep(clock, pauseMs, signal).catch(() => undefined);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5);
    }
  };
};
