/** Whoever wants the same thing, by its key. */
export interface Queues<Member> {
  join(key: string, member: Member): void;
}

interface Queue<Member> {
  underWay: number;
  waiting: Member[];
}

/**
 * Commits those of a key one group after the other: whoever comes while nothing is under way goes at once, and whoever
 * comes meanwhile waits until that has ended, or until as many wait as one group may hold. There is no timer: nobody
 * waits for company. `commit` never rejects.
 */
export const createQueues = <Member>(
  commit: (members: readonly Member[]) => Promise<void>,
  most: number,
): Queues<Member> => {
  const queues = new Map<string, Queue<Member>>();

  const begin = async (key: string, queue: Queue<Member>): Promise<void> => {
    queue.underWay += 1;
    await commit(queue.waiting.splice(0));
    queue.underWay -= 1;
    if (queue.waiting.length > 0) void begin(key, queue);
    else if (queue.underWay === 0) queues.delete(key);
  };

  return {
    join(key, member) {
      const queue = queues.get(key) ?? { underWay: 0, waiting: [] };
      queues.set(key, queue);
      queue.waiting.push(member);
      if (queue.underWay === 0 || queue.waiting.length >= most) void begin(key, queue);
    },
  };
};
