import type { Result } from './decision.ts';

/** What a caller holds who asked to pass. */
export type Entry =
  | {
      readonly admitted: true;
      /** Whether this call is the one that tries a failing dependency out: make one attempt, without retries. */
      readonly probe: boolean;
      /** The call lives, though nothing has begun: the lease of a probe begins anew. The promise never rejects. */
      lives(): Promise<void>;
      /** The call's first content: it decides a probe, and nothing else. The promise never rejects. */
      began(): Promise<void>;
      /** What came of the call. The first word counts, later ones change nothing. The promise never rejects. */
      report(result: Result): Promise<void>;
    }
  | { readonly admitted: false; readonly retryAfterMs: number | null };

const nothing = async () => {};

/** The entry of a call whose circuit could not be asked: nobody waits for what comes of it. */
export const UNGUARDED: Entry = { admitted: true, probe: false, lives: nothing, began: nothing, report: nothing };

/** `report` is called once, with the first result, and `lives` of a probe until then; neither must reject. */
export const createEntry = (
  probe: boolean,
  report: (result: Result) => Promise<void>,
  lives: () => Promise<void> = nothing,
): Entry => {
  let reported: Promise<void> | undefined;
  const reportOnce = (result: Result): Promise<void> => (reported ??= report(result));
  const renew = () => (reported === undefined ? lives() : nothing());
  return {
    admitted: true,
    probe,
    lives: renew,
    began: probe ? () => reportOnce('success') : nothing,
    report: reportOnce,
  };
};
