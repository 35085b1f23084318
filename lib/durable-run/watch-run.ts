import { Readable } from 'node:stream';
import { EVENT_STREAM_HEADERS } from '../http/response/event-stream.ts';
import type { HttpResponse } from '../http/types.ts';
import type { Clock } from '../kernel/clock.ts';
import { createDeadline, type Deadline, waitAtMost } from '../kernel/deadline.ts';
import { safe } from '../kernel/redacted.ts';
import type { EventLog } from '../runs/event-log.ts';
import type { LogEntry } from '../runs/log-entry.ts';
import type { RunKey } from '../runs/run-key.ts';
import { hasEnded, type RunRow } from '../runs/types.ts';
import type { Emit } from '../telemetry/events.ts';
import { eventsOfRow } from './events-of-row.ts';
import { createFollowLog } from './follow-log.ts';
import { refusedStart, type WatchStart } from './watch-start.ts';

/** The contract's 15 s, less what is on its way. */
const QUIET_MS = 10_000;
/** What waits in memory for a client that does not read. Until it is read, nothing more is. */
const HIGH_WATER_BYTES = 64 * 1024;

/** What is sent, made as it is read. */
type Stream = AsyncGenerator<string, void>;

const comment = (text: string): string => `: ${text}\n\n`;

const COME_BACK = comment('closed by the server before the end: come back with the last id as Last-Event-ID');
const NOTHING_MORE = comment('the run has ended, and there is no event after this id');

/** The events of an entry with ids above `after`, as they are sent. */
const textOf = ({ first, events }: Pick<LogEntry, 'first' | 'events'>, after: number): string =>
  events
    .map(({ event, data }, at) => ({ id: first + at, event, data }))
    .filter(({ id }) => id > after)
    .map(({ id, event, data }) => `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    .join('');

/** Refuses to go on after an event that is not there yet: whoever names it has it from another run. */
const checkStart = ({ after, field }: WatchStart, newest: number): void => {
  if (after > newest) throw refusedStart(field, safe`must be at most ${newest}, the id of the newest event`);
};

export interface WatchRunParts {
  readonly log: Pick<EventLog, 'read' | 'tail'>;
  readonly clock: Clock;
  readonly emit: Emit;
}

export interface Watching {
  readonly start: WatchStart;
  /** How long the stream may last. */
  readonly limitMs: number;
  /** Aborts when the client has left, where the platform can tell. */
  readonly signal?: AbortSignal | undefined;
}

/** Shows the events of a run; the row says whether it has a log. Throws `invalid-request` where it cannot start there. */
export type WatchRun = (row: RunRow, watching: Watching) => Promise<HttpResponse>;

/** The events that come, with comments where that would be silence, and with a comment at its end where the run goes on. */
async function* sent(
  clock: Clock,
  { signal }: Deadline,
  entries: AsyncGenerator<LogEntry, void>,
  after: number,
): Stream {
  // The head goes out with the first bytes.
  yield comment('events');
  let next = entries.next();
  while (true) {
    const came = await waitAtMost(clock, QUIET_MS, next, signal);
    if (signal.aborted) {
      yield COME_BACK;
      return;
    }
    if (!came) {
      yield comment('keep-alive');
      continue;
    }
    const { done, value } = await next;
    if (done === true) return;
    yield textOf(value, after);
    next = entries.next();
  }
}

const answer = (body: HttpResponse['body']): HttpResponse => ({ statusCode: 200, headers: EVENT_STREAM_HEADERS, body });

/** A body that is made as it is read, and not any more once it is given up or the client has left. */
const bodyOf = (make: (left: AbortSignal) => Stream, signal: AbortSignal | undefined): Readable => {
  const leave = new AbortController();
  const onAbort = () => leave.abort();
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  const stream = make(leave.signal);
  // `Readable.from` would wait for the stream before it lets go of it, and so for the next event.
  return new Readable({
    highWaterMark: HIGH_WATER_BYTES,
    read() {
      stream.next().then(
        ({ done, value }) => this.push(done === true ? null : value),
        (error: unknown) => this.destroy(error as Error),
      );
    },
    destroy(error, done) {
      signal?.removeEventListener('abort', onAbort);
      leave.abort();
      done(error);
    },
  });
};

export const createWatchRun = ({ log, clock, emit }: WatchRunParts): WatchRun => {
  const follow = createFollowLog({ log, clock, emit });

  async function* watch(run: RunKey, after: number, limitMs: number, left: AbortSignal): Stream {
    using deadline = createDeadline(clock, limitMs, left);
    yield* sent(clock, deadline, follow(run, after, deadline.signal), after);
  }

  return async (row, { start, limitMs, signal }) => {
    const { after } = start;
    if (row.mode === 'sync') {
      const events = eventsOfRow(row);
      checkStart(start, events.length);
      return answer(after === events.length ? NOTHING_MORE : textOf({ first: 1, events }, after));
    }
    if (after > 0 || hasEnded(row)) {
      const tail = await log.tail(row, signal === undefined ? {} : { signal });
      const newest = tail === null ? 0 : tail.first + tail.count - 1;
      checkStart(start, newest);
      if (tail?.last === true && after === newest) return answer(NOTHING_MORE);
    }
    return answer(bodyOf((left) => watch(row, after, limitMs, left), signal));
  };
};
