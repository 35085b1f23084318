import type { Clock } from '../../../kernel/clock.ts';
import { safe } from '../../../kernel/redacted.ts';
import type { EventLog } from '../../../runs/event-log.ts';
import type { LogEntry, RunEvent } from '../../../runs/log-entry.ts';
import type { RunKey } from '../../../runs/run-key.ts';
import { describeFailure } from '../../../telemetry/describe-error.ts';
import type { Emit } from '../../../telemetry/events.ts';
import { NotNow } from '../store-away/not-now.ts';

/** How long events are gathered before they are written together. */
export const GATHER_MS = 500;
/** After a write that failed. */
const AGAIN_MS = 1_000;

/** Another worker has begun to write the events of this run: whoever gets this must write nothing more. */
export class StaleWorker extends NotNow {
  constructor() {
    super(1);
  }
}

export interface EntryWriterParts {
  readonly log: Pick<EventLog, 'append' | 'tail'>;
  readonly clock: Clock;
  readonly emit: Emit;
}

export interface EntryWriterOptions {
  /** What the log holds so far; `null`: nothing. */
  readonly tail: LogEntry | null;
  /** What the worker's own first entry begins with; asked once. */
  readonly firstEvents: () => readonly RunEvent[];
  /** What later workers must know of all events so far. */
  readonly state: () => unknown;
  /** Called once, where another worker is found to write. */
  readonly onStale: () => void;
}

/** Gathers the events of one worker, and writes them one entry after the other. */
export interface EntryWriter {
  readonly isOver: boolean;
  readonly push: (event: string, data: object) => void;
  /** Writes what was gathered, after the worker's own first event; resolves with the worker's number. Throws `StaleWorker`. */
  flush(): Promise<number>;
  /** Writes the last event of the run. Throws `StaleWorker`. */
  end(event: string, data: object): Promise<void>;
  stop(): void;
}

const textOf = ({ data }: RunEvent): string => (data as { readonly text: string }).text;

export const createEntryWriter = (
  { log, clock, emit }: EntryWriterParts,
  run: RunKey,
  { tail, firstEvents, state, onStale }: EntryWriterOptions,
): EntryWriter => {
  let next = tail === null ? 1 : tail.first + tail.count;
  let worker: number | null = null;
  let isOver = tail?.last ?? false;
  let stopped = false;
  let pending: RunEvent[] = [];
  let writing: Promise<void> = Promise.resolve();
  let unwritten: { readonly events: readonly RunEvent[]; readonly state: unknown; readonly last: boolean } | null =
    null;
  let cancelTimer: (() => void) | null = null;

  const writeOne = async (last: boolean): Promise<void> => {
    if (stopped) throw new StaleWorker();
    if (unwritten === null) {
      if (pending.length === 0 && worker !== null) return;
      const events = worker === null ? [...firstEvents(), ...pending] : pending;
      pending = [];
      unwritten = { events, state: state(), last };
    }
    const entry = { ...unwritten, first: next, writer: worker ?? next };
    const appended = await log.append(run, entry);
    if (!appended.written) {
      stopped = true;
      onStale();
      throw new StaleWorker();
    }
    worker ??= next;
    next += entry.events.length;
    isOver = entry.last;
    unwritten = null;
  };
  /** One write after the other; what was gathered meanwhile goes out with the next. */
  const writeGathered = (last: boolean): Promise<void> => {
    const written = writing
      .catch(() => undefined)
      .then(async () => {
        while (unwritten !== null) await writeOne(false);
        await writeOne(last);
      });
    writing = written;
    return written;
  };
  const writeIn = (ms: number): void => {
    cancelTimer ??= clock.after(ms, () => {
      cancelTimer = null;
      void writeGathered(false).catch((error: unknown) => {
        if (error instanceof StaleWorker) return;
        emit({ type: 'store.failed', operation: safe`events.append`, ...describeFailure(error) });
        writeIn(AGAIN_MS);
      });
    });
  };

  return {
    get isOver() {
      return isOver;
    },
    push: (event, data) => {
      if (stopped || isOver) return;
      const last = pending.at(-1);
      const added = { event, data };
      if (event === 'text.delta' && last?.event === event)
        pending[pending.length - 1] = { event, data: { text: textOf(last) + textOf(added) } };
      else pending.push(added);
      writeIn(GATHER_MS);
    },
    async flush() {
      await writeGathered(false);
      return worker ?? next;
    },
    async end(event, data) {
      if (isOver) return;
      pending.push({ event, data });
      await writeGathered(true);
    },
    stop() {
      stopped = true;
      cancelTimer?.();
    },
  };
};

/** Each try is lost to another writer: a worker that is still there, or who ends the log too. */
const END_TRIES = 5;

/** Appends the last event to the log of a run that has no worker any more; a worker that is still there is stale from then on. */
export const endEvents = async (parts: EntryWriterParts, run: RunKey, event: string, data: object): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    const tail = await parts.log.tail(run);
    const { state = null } = tail ?? {};
    const options = { tail, firstEvents: () => [], state: () => state, onStale: () => undefined };
    const writer = createEntryWriter(parts, run, options);
    try {
      return await writer.end(event, data);
    } catch (error) {
      if (!(error instanceof StaleWorker) || tries === END_TRIES) throw error;
    } finally {
      writer.stop();
    }
  }
};
