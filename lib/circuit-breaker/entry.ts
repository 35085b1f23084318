import type { Result } from './decision.ts';

/** What a caller holds who asked to pass. */
export type Entry =
  | {
      readonly admitted: true;
      /** Whether this call is the one that tries a failing dependency out: make one attempt, without retries. */
      readonly probe: boolean;
      /** The call's first sign of life: it decides a probe, and nothing else. The promise never rejects. */
      began(): Promise<void>;
      /** What came of the call. The first word counts, later ones change nothing. The promise never rejects. */
      settle(result: Result): Promise<void>;
    }
  | { readonly admitted: false; readonly retryAfterMs: number | null };

const nothing = async () => {};

/** The entry of a call whose circuit could not be asked: nobody waits for what comes of it. */
export const UNGUARDED: Entry = { admitted: true, probe: false, began: nothing, settle: nothing };

/** `report` is called once, with the first result; it must not reject. */
export const createEntry = (probe: boolean, report: (result: Result) => Promise<void>): Entry => {
  let reported: Promise<void> | undefined;
  const settle = (result: Result): Promise<void> => (reported ??= report(result));
  return { admitted: true, probe, began: probe ? () => settle('success') : nothing, settle };
};
