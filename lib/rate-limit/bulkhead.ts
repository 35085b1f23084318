/** Lets so many at a time work on one key; the others wait in their order. */
export interface Bulkhead {
  /**
   * Rejects with the signal's reason when it aborts while waiting, and with what broke the others where those whose turn it was fail one
   * after the other; what has begun is not touched.
   */
  run<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

interface Waiting {
  begin(): void;
  fail(error: unknown): void;
}

interface Lane {
  busy: number;
  /** Since the last work that succeeded; what went out together fails together, by one error. */
  failures: number;
  lastError: unknown;
  readonly waiting: Set<Waiting>;
}

/** `patience`: failures in a row after which whoever waits would only meet the same, and is told so at once. */
export const createBulkhead = (width: number, patience = Number.POSITIVE_INFINITY): Bulkhead => {
  const lanes = new Map<string, Lane>();

  const enter = (lane: Lane, signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = () => waiting.fail(signal?.reason);
      const stopWaiting = () => {
        lane.waiting.delete(waiting);
        signal?.removeEventListener('abort', leave);
      };
      const waiting: Waiting = {
        begin() {
          stopWaiting();
          lane.busy += 1;
          resolve();
        },
        fail(error) {
          stopWaiting();
          reject(error);
        },
      };
      if (lane.busy < width && lane.waiting.size === 0) return waiting.begin();
      if (signal?.aborted) return leave();
      lane.waiting.add(waiting);
      signal?.addEventListener('abort', leave, { once: true });
    });

  const fill = (lane: Lane): void => {
    for (const waiting of [...lane.waiting].slice(0, width - lane.busy)) waiting.begin();
  };
  const succeeded = (lane: Lane): void => {
    lane.failures = 0;
    lane.lastError = undefined;
    fill(lane);
  };
  const failed = (lane: Lane, error: unknown): void => {
    if (error !== lane.lastError) lane.failures += 1;
    lane.lastError = error;
    if (lane.failures >= patience) for (const waiting of [...lane.waiting]) waiting.fail(error);
    // As long as another's outcome is open, nobody begins what may only fail as late as this did.
    else if (lane.busy === 0) fill(lane);
  };

  return {
    async run(key, work, signal) {
      const lane = lanes.get(key) ?? { busy: 0, failures: 0, lastError: undefined, waiting: new Set() };
      lanes.set(key, lane);
      await enter(lane, signal);
      try {
        const result = await work();
        lane.busy -= 1;
        succeeded(lane);
        return result;
      } catch (error) {
        lane.busy -= 1;
        // Who left has shown nothing of the store.
        if (signal?.aborted === true) fill(lane);
        else failed(lane, error);
        throw error;
      } finally {
        if (lane.busy === 0) lanes.delete(key);
      }
    },
  };
};
