/** Keeps the process of a request until some work has ended, after its answer. The work never rejects. */
export type WaitUntil = (work: Promise<void>) => void;

/*
 * Work that a request leaves under way, such as its bookkeeping: a Lambda is frozen after its answer, so a promise that
 * nobody waits for may never end. The answer waits for some of it, for a while; the process waits for all.
 */

export interface Background {
  /** `work` is done before the answer, where it does not take too long. It never rejects. */
  waitUntil(work: Promise<void>): void;
  /** `work` may go on after the answer. It never rejects. */
  waitUntilExit(work: Promise<void>): void;
  /** Resolves when what is to be done before the answer is done. */
  flush(): Promise<void>;
  /** Resolves when nothing is under way any more. */
  ended(): Promise<void>;
}

export const createBackground = (): Background => {
  const beforeAnswer: Promise<void>[] = [];
  const afterAnswer: Promise<void>[] = [];
  return {
    waitUntil: (work) => void beforeAnswer.push(work),
    waitUntilExit: (work) => void afterAnswer.push(work),
    async flush() {
      await Promise.all(beforeAnswer);
    },
    async ended() {
      // What ends may leave more to be ended, as a reservation that comes late is to be given back.
      for (let known = -1; known < beforeAnswer.length + afterAnswer.length;) {
        known = beforeAnswer.length + afterAnswer.length;
        await Promise.all([...beforeAnswer, ...afterAnswer]);
      }
    },
  };
};
