import type { Clock } from './clock.ts';

/*
 * The end of a process that the platform asks for: what is nearly done is left to end, the rest is ended as if its caller had
 * cancelled it, so that its calls are settled and its answer says how it ended.
 */

export interface Shutdown {
  /** Aborts when what is under way has to end. */
  readonly signal: AbortSignal;
  /** Something begins without whose end the process does not end by itself; the returned function says that it has ended. */
  enter(): () => void;
  /** How much is under way. */
  underWay(): number;
  /** To be called when the process is asked to end; resolves when it may. Never rejects. */
  begin(): Promise<void>;
}

/**
 * What is under way is left alone for so long, in milliseconds: Lambda kills 500 ms after it has asked where an extension of the
 * function's own is registered, and 2,000 ms after it where another process is one.
 */
export const DRAIN_MS = 250;

/** Then it has so long to settle: as long as a run that has reached its deadline has for its books. */
export const BOOKS_MS = 8_000;

/** The runtime hands an answer over when the function has ended. */
export const HAND_OVER_MS = 100;

export const createShutdown = (clock: Pick<Clock, 'after'>): Shutdown => {
  const stop = new AbortController();
  let underWay = 0;
  let onIdle: () => void = () => undefined;

  /** Waits until nothing is under way, for so long at most. */
  const idle = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (underWay === 0) return resolve();
      const callOff = clock.after(ms, resolve);
      onIdle = () => {
        callOff();
        resolve();
      };
    });
  const end = async () => {
    if (underWay === 0) return;
    await idle(DRAIN_MS);
    stop.abort();
    await idle(BOOKS_MS);
    await new Promise<void>((resolve) => void clock.after(HAND_OVER_MS, resolve));
  };
  let ended: Promise<void> | undefined;
  return {
    signal: stop.signal,
    enter() {
      underWay += 1;
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        underWay -= 1;
        if (underWay === 0) onIdle();
      };
    },
    underWay: () => underWay,
    begin: () => (ended ??= end()),
  };
};
