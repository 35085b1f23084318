import type { Clock } from '../../kernel/clock.ts';
import { waitAtMost } from '../../kernel/deadline.ts';
import { type Redacted, safe } from '../../kernel/redacted.ts';
import { nameError } from '../describe-error.ts';
import type { BallastEvent, Emit } from '../events.ts';
import type { AttemptContent } from './content.ts';
import type { Queued, QueuedEvent, SendTraces } from './trace-queue.ts';

/** What a span is made of. */
export type Spanned = Extract<
  BallastEvent,
  { type: 'request.finished' | 'run.finished' | 'model.attempted' | 'tool.finished' }
>;

const SPANNED = {
  'request.finished': true,
  'run.finished': true,
  'model.attempted': true,
  'tool.finished': true,
} satisfies Record<Spanned['type'], true>;

const isSpanned = (event: BallastEvent): event is Spanned => Object.hasOwn(SPANNED, event.type);

/** An event that becomes a span. */
export interface RecordedEvent extends QueuedEvent {
  readonly event: Spanned;
  /** Of an attempt, where the stage wants it. */
  readonly content?: AttemptContent | undefined;
}

/** Sends what happened as spans; rejects where they did not arrive. */
export type ExportSpans = (events: readonly RecordedEvent[]) => Promise<void>;

/** The longest that whoever ends a request waits for its spans to be sent. */
export const FLUSH_MS = 300;
/** What waits to be sent; the oldest gives way. */
const MOST_SPANS = 2_048;
/** After spans were lost none are sent for so long: a receiver that is down costs nobody any time. */
const REST_MS = 30_000;

export interface SendTracesOptions {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly exportSpans: ExportSpans;
}

/** The events among what was queued that become spans, each with its content. */
const recordedEvents = (queued: readonly Queued[]): RecordedEvent[] => {
  const contents = new Map<string, AttemptContent>();
  const contentOf = (event: Spanned): AttemptContent | undefined => {
    if (event.type !== 'model.attempted') return undefined;
    const content = contents.get(event.attemptId);
    contents.delete(event.attemptId);
    return content;
  };
  return queued.flatMap((one) => {
    if ('content' in one) contents.set(one.attemptId, one.content);
    else if (isSpanned(one.event)) return [{ ...one, event: one.event, content: contentOf(one.event) }];
    return [];
  });
};

/** Sends spans one batch after the other; whoever hands some over waits for `FLUSH_MS` at most. */
export const createSendTraces = ({ clock, emit, exportSpans }: SendTracesOptions): SendTraces => {
  let waiting: RecordedEvent[] = [];
  let dropped = 0;
  let sending = Promise.resolve();
  let restsUntilMs = -Infinity;
  const isResting = () => clock.monotonicMs() < restsUntilMs;

  const lose = (count: number, error: Redacted): void => {
    restsUntilMs = clock.monotonicMs() + REST_MS;
    emit({ type: 'spans.lost', count: count + dropped, error });
    dropped = 0;
  };
  const sayDropped = (): void => {
    if (dropped > 0) emit({ type: 'spans.lost', count: dropped, error: safe`QueueFull` });
    dropped = 0;
  };
  const send = async (): Promise<void> => {
    if (waiting.length === 0 || isResting()) return;
    const due = waiting;
    waiting = [];
    try {
      await exportSpans(due);
    } catch (error) {
      lose(due.length, nameError(error));
      return;
    }
    sayDropped();
  };
  return async (queued) => {
    waiting.push(...recordedEvents(queued));
    dropped += waiting.splice(0, Math.max(0, waiting.length - MOST_SPANS)).length;
    if (waiting.length === 0 || isResting()) return;
    sending = sending.then(send);
    await waitAtMost(clock, FLUSH_MS, sending);
  };
};
