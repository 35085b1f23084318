import type { Clock } from '../kernel/clock.ts';

/** Whoever wants the same thing, by its key. */
export interface Queues<Member> {
  join(key: string, member: Member): void;
}

/** A group that has been under way for so long holds up nobody any more. A write takes some 10 ms. */
export const SLOW_MS = 250;

interface Queue<Member> {
  underWay: number;
  /** How many of those others wait for: all but the slow ones. */
  inTheWay: number;
  waiting: Member[];
}

export interface QueuesOptions {
  /** As many as one group may hold. */
  readonly most: number;
  /** Default: whoever waits does so until what is under way has ended, however long that takes. */
  readonly clock?: Pick<Clock, 'after'> | undefined;
}

/**
 * Commits those of a key one group after the other: whoever comes while nothing is under way goes at once, and whoever
 * comes meanwhile waits until that has ended, until it has proved slow, or until as many wait as one group may hold.
 * Nobody waits for company. `commit` never rejects.
 */
export const createQueues = <Member>(
  commit: (members: readonly Member[]) => Promise<void>,
  { most, clock }: QueuesOptions,
): Queues<Member> => {
  const queues = new Map<string, Queue<Member>>();

  const begin = async (key: string, queue: Queue<Member>): Promise<void> => {
    let isInTheWay = true;
    const stepAside = () => {
      if (isInTheWay) queue.inTheWay -= 1;
      isInTheWay = false;
    };
    queue.underWay += 1;
    queue.inTheWay += 1;
    const callOff = clock?.after(SLOW_MS, () => {
      stepAside();
      if (queue.inTheWay === 0 && queue.waiting.length > 0) void begin(key, queue);
    });
    await commit(queue.waiting.splice(0));
    callOff?.();
    stepAside();
    queue.underWay -= 1;
    if (queue.waiting.length > 0) void begin(key, queue);
    else if (queue.underWay === 0) queues.delete(key);
  };

  return {
    join(key, member) {
      const queue = queues.get(key) ?? { underWay: 0, inTheWay: 0, waiting: [] };
      queues.set(key, queue);
      queue.waiting.push(member);
      if (queue.inTheWay === 0 || queue.waiting.length >= most) void begin(key, queue);
    },
  };
};
