/** Lets so many at a time work on one key; the others wait in their order. */
export interface Turns {
  /** Rejects with the signal's reason when it aborts while waiting; what has begun is not touched. */
  take<T>(key: string, work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

interface Lane {
  busy: number;
  readonly waiting: Set<() => void>;
}

export const createTurns = (width: number): Turns => {
  const lanes = new Map<string, Lane>();

  const enter = (lane: Lane, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const begin = () => {
        lane.waiting.delete(begin);
        signal.removeEventListener('abort', leave);
        lane.busy += 1;
        resolve();
      };
      const leave = () => {
        lane.waiting.delete(begin);
        reject(signal.reason);
      };
      if (lane.busy < width) return begin();
      if (signal.aborted) return leave();
      lane.waiting.add(begin);
      signal.addEventListener('abort', leave, { once: true });
    });

  return {
    async take(key, work, signal) {
      const lane = lanes.get(key) ?? { busy: 0, waiting: new Set() };
      lanes.set(key, lane);
      await enter(lane, signal);
      try {
        return await work();
      } finally {
        lane.busy -= 1;
        const [next] = lane.waiting;
        next?.();
        if (lane.busy === 0) lanes.delete(key);
      }
    },
  };
};
