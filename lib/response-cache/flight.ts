/** What a run does for the cache when it has ended. The first word counts, a later one changes nothing; none rejects. */
export interface Flight {
  /** Keeps the answer for others; one that is too large counts as `unstorable`. */
  store(text: string): Promise<void>;
  /** There is nothing to keep, nor would there be for those who wait: they go on by themselves, all at once. */
  unstorable(): Promise<void>;
  /** The run ended for a reason of its own (its caller left, its limit was reached), which says nothing of the answer: another takes off. */
  free(): Promise<void>;
}

const nothing = async () => {};

/** The flight of a run whose cache did not answer. */
export const UNCACHED: Flight = { store: nothing, unstorable: nothing, free: nothing };

/** Of these, one is called, once; they must not reject. */
export const createFlight = (store: (text: string) => Promise<void>, unstorable = nothing, free = nothing): Flight => {
  let ended: Promise<void> | undefined;
  return {
    store: (text) => (ended ??= store(text)),
    unstorable: () => (ended ??= unstorable()),
    free: () => (ended ??= free()),
  };
};
