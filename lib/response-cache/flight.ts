/** What a run does for the cache when it has ended. The first word counts, a later one changes nothing; neither rejects. */
export interface Flight {
  /** Keeps the answer for others; one that is too large counts as `unstorable`. */
  store(text: string): Promise<void>;
  /** There is nothing to keep: the run failed, or its answer is not for others. */
  unstorable(): Promise<void>;
}

const nothing = async () => {};

/** The flight of a run whose cache did not answer. */
export const UNCACHED: Flight = { store: nothing, unstorable: nothing };

/** Of the two, one is called, once; they must not reject. */
export const createFlight = (store: (text: string) => Promise<void>, unstorable = nothing): Flight => {
  let ended: Promise<void> | undefined;
  return { store: (text) => (ended ??= store(text)), unstorable: () => (ended ??= unstorable()) };
};
