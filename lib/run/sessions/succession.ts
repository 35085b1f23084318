import { hasEnded } from '../../runs/types.ts';
import type { SessionKey, WaitingRun } from '../../sessions/types.ts';
import { freed, heldBy, type StandingParts } from './standing.ts';

/** Whose turn it is: asynchronous runs have a session one after the other, in the order in which they were created. */
export interface Succession {
  /** Has a run wait for its turn, and resolves as `next` does; with the run itself where it has the session already. */
  wait(key: SessionKey, run: WaitingRun): Promise<WaitingRun | null>;
  /**
   * Gives a session that nobody holds to the run that has waited longest, and resolves with that run, to be started:
   * again where it had the session already, since whoever gave it may have died. `null`: it is nobody's turn.
   */
  next(key: SessionKey): Promise<WaitingRun | null>;
}

/** Each try is lost to another process only, which then looks whose turn it is in this one's place. */
const MAX_TRIES = 10;

/**
 * Whoever gives a session back looks who waits, and whoever waits has put itself down before it looks whether somebody
 * holds the session: one of both finds the other.
 */
export const createSuccession = (parts: StandingParts): Succession => {
  const { store, runs, clock } = parts;

  const isOver = async ({ tenantId }: SessionKey, { runId }: WaitingRun): Promise<boolean> => {
    const row = await runs.find(tenantId, runId);
    return row === null || hasEnded(row);
  };

  const next: Succession['next'] = async (key) => {
    for (let tries = 1; tries <= MAX_TRIES;) {
      // The head before the row: a run that takes the session and ends in between changes the head.
      const head = await store.find(key);
      const first = await store.firstWaiting(key);
      if (first === null) return null;
      if (await isOver(key, first)) {
        await store.waitNoMore(key, first);
        continue;
      }
      const isTaken = head?.holder?.runId === first.runId;
      const free = head === null || isTaken ? head : await freed(parts, head, true);
      if (head !== null && free === null) return null;
      if (!isTaken) {
        const { runId, agent } = first;
        const taken = heldBy(key, free, { runId, agent, mode: 'async', takenAt: clock.now(), until: null });
        tries += 1;
        if (!(await store.replace({ ...taken, version: (head?.version ?? 0) + 1 }, head))) continue;
      }
      await store.waitNoMore(key, first);
      return first;
    }
    return null;
  };

  return {
    next,
    async wait(key, run) {
      const head = await store.find(key);
      if (head?.holder?.runId === run.runId) return run;
      await store.wait(key, run);
      return next(key);
    },
  };
};
