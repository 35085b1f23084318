import { type Clock, sleep } from '../../lib/kernel/clock.ts';
import { createBulkhead } from '../../lib/rate-limit/bulkhead.ts';
import type { Ended, Head } from './journal-record.ts';
import { type StatusChangeEvent, statusChangeEvent } from './status-change.ts';

/** How many ends are delivered at a time. */
const WIDTH = 10;

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

export interface DeliverOptions {
  readonly onStatusChange: (event: StatusChangeEvent) => Promise<void>;
  readonly clock: Clock;
  readonly stopped: AbortSignal;
  readonly onFailure: (head: Head, error: unknown) => void;
}

/**
 * Delivers how an execution ended, again and again with growing pauses until it is taken: at least once. Resolves with whether
 * it was, before everything was stopped.
 */
export type Deliver = (head: Head, ended: Ended) => Promise<boolean>;

export const createDeliver = ({ onStatusChange, clock, stopped, onFailure }: DeliverOptions): Deliver => {
  const bulkhead = createBulkhead(WIDTH);
  return async (head, ended) => {
    const event = statusChangeEvent(head, ended);
    const deliver = async (): Promise<boolean> => {
      for (let pauseMs = FIRST_PAUSE_MS; !stopped.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
        try {
          await onStatusChange(event);
          return true;
        } catch (error) {
          onFailure(head, error);
          await sleep(clock, pauseMs, stopped).catch(() => {});
        }
      }
      return false;
    };
    return bulkhead.run('ends', deliver, stopped).catch(() => false);
  };
};
