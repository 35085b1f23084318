/** A door in an answer that the test opens by hand, instead of sleeping. */
export interface Gate {
  open(): void;
  /** Resolves when an answer first stands before the gate: all that comes before it is sent. */
  readonly reached: Promise<void>;
  /** What an answer waits for. */
  readonly arrive: () => Promise<void>;
}

export const createGate = (): Gate => {
  const opened = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  return {
    open: opened.resolve,
    reached: reached.promise,
    arrive: () => {
      reached.resolve();
      return opened.promise;
    },
  };
};
