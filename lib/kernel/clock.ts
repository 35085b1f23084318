/** Time as everything below `lib/app/app.ts` sees it: passed in, so that tests move it by hand. */
export interface Clock {
  /** Epoch milliseconds: for instants that are stored, shared or told. The machine may set it, forwards and backwards. */
  now(): number;
  /**
   * Whole milliseconds from an instant that means nothing: for durations, of this process alone. It never goes back, and
   * nobody can set it. While a function is frozen it may stand still: what outlives a request is timed by an `ageMs`.
   */
  monotonicMs(): number;
  /** Calls `act` once after `ms`; the returned function calls it off. */
  after(ms: number, act: () => void): () => void;
}

/** Uniform in [0, 1). */
export type Random = () => number;

declare const brand: unique symbol;
/** Epoch seconds, the unit of a DynamoDB time to live; a type of its own because everything else counts milliseconds. */
export type EpochSeconds = number & { readonly [brand]: 'epoch-seconds' };
export const epochSeconds = (epochMs: number): EpochSeconds => Math.ceil(epochMs / 1000) as EpochSeconds;

/** Resolves after `ms`, or rejects at once with the signal's reason when it aborts. Leaves no timer and no listener. */
export const sleep = (clock: Clock, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });

/** Ends when the work does or the signal aborts, whichever comes first: work that ignores its signal can't hold its caller. */
export const orAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) {
      // Whatever becomes of it, nobody waits for it any more.
      work.catch(() => {});
      return reject(signal.reason);
    }
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
