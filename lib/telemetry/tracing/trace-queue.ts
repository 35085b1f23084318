import type { Clock } from '../../kernel/clock.ts';
import type { WorkContext, WorkContexts } from '../context/work-context.ts';
import type { BallastEvent, Listener } from '../events.ts';
import type { AttemptContent } from './content.ts';

/** What happened in a trace that is recorded, when (epoch milliseconds), and what it belongs to. */
export interface QueuedEvent {
  readonly event: BallastEvent;
  readonly at: number;
  readonly work: WorkContext;
}

/** What an attempt was asked and has answered; queued before the attempt itself. */
export interface QueuedContent {
  readonly attemptId: string;
  readonly content: AttemptContent;
}

export type Queued = QueuedEvent | QueuedContent;

/** Takes what was queued, in its order; never rejects. */
export type SendTraces = (queued: readonly Queued[]) => Promise<void>;

/** Adds what an attempt was asked and has answered to its span. */
export type AddContent = (attemptId: string, content: AttemptContent) => void;

export interface TraceQueue {
  readonly listen: Listener;
  readonly addContent: AddContent;
  /** Hands on what was queued; to be called after the last byte. Never rejects. */
  flush(): Promise<void>;
}

export interface TraceQueueOptions {
  readonly clock: Clock;
  readonly contexts: Pick<WorkContexts, 'current'>;
  /** Loads what sends, with the first trace. */
  readonly load: () => Promise<SendTraces>;
}

/** What a process has of tracing from its start: all else is loaded late. */
export const createTraceQueue = ({ clock, contexts, load }: TraceQueueOptions): TraceQueue => {
  let queued: Queued[] = [];
  const recorded = (): WorkContext | undefined => {
    const work = contexts.current();
    return work?.trace?.sampled === true ? work : undefined;
  };
  return {
    listen(event) {
      const work = recorded();
      if (work !== undefined) queued.push({ event, at: clock.now(), work });
    },
    addContent(attemptId, content) {
      if (recorded() !== undefined) queued.push({ attemptId, content });
    },
    async flush() {
      const due = queued;
      queued = [];
      if (due.length > 0) await (await load())(due);
    },
  };
};
