import type { Clock } from '../../../kernel/clock.ts';
import { createDeadline, type Deadline } from '../../../kernel/deadline.ts';
import { safe } from '../../../kernel/redacted.ts';
import type { Inbox } from '../../../runs/inbox/inbox-item.ts';
import { describeFailure } from '../../../telemetry/describe-error.ts';
import type { Emit } from '../../../telemetry/events.ts';

/** How often a run that works looks whether it is cancelled or interrupted: a call in flight is aborted within 5 s. */
export const WATCH_MS = 2_000;

export interface WatchInboxParts {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly read: () => Promise<Inbox>;
}

/** What is sent to a run, as its worker looks at it. */
export interface InboxWatch {
  /** Aborts when the run is cancelled, or its worker has to stop. */
  readonly signal: AbortSignal;
  /** Reads what was sent, now. */
  read(): Promise<Inbox>;
  /** Reads it for a model call, which needs no interrupt for what it finds. */
  take(): Promise<Inbox>;
  /** Whether the newest deadline that could be interrupted was. */
  readonly isInterrupted: boolean;
  /** A deadline during which the inbox is looked at; `interruptible` by a message that says so. */
  deadline(ms: number, interruptible: boolean): Deadline;
  /** Ends everything, as if the run were cancelled. */
  stop(): void;
}

export const createInboxWatch = ({ clock, emit, read: readInbox }: WatchInboxParts): InboxWatch => {
  const cancelled = new AbortController();
  let interrupted = new AbortController();
  let readMessages = 0;

  const look = async (takes = false): Promise<Inbox> => {
    const inbox = await readInbox();
    if (takes) readMessages = inbox.messages.length;
    if (inbox.cancelled !== null) cancelled.abort();
    if (inbox.messages.slice(readMessages).some(({ interrupt }) => interrupt)) interrupted.abort();
    return inbox;
  };
  const lookEach = (signal: AbortSignal): void => {
    if (signal.aborted) return;
    const cancelTimer = clock.after(WATCH_MS, () => {
      void look()
        .catch((error: unknown) =>
          emit({ type: 'store.failed', operation: safe`inbox.read`, ...describeFailure(error) }),
        )
        .finally(() => lookEach(signal));
    });
    signal.addEventListener('abort', cancelTimer, { once: true });
  };

  return {
    signal: cancelled.signal,
    read: () => look(),
    take: () => look(true),
    get isInterrupted() {
      return interrupted.signal.aborted && !cancelled.signal.aborted;
    },
    deadline(ms, interruptible) {
      if (interruptible) interrupted = new AbortController();
      const over = new AbortController();
      const ends = interruptible ? AbortSignal.any([cancelled.signal, interrupted.signal]) : cancelled.signal;
      const deadline = createDeadline(clock, ms, ends);
      lookEach(over.signal);
      return {
        at: deadline.at,
        signal: deadline.signal,
        remainingMs: () => deadline.remainingMs(),
        get stoppedBy() {
          return deadline.stoppedBy;
        },
        [Symbol.dispose]() {
          over.abort();
          deadline[Symbol.dispose]();
        },
      };
    },
    stop: () => cancelled.abort(),
  };
};
