import type { NotedRun, RunNotes } from '../end-users/run-notes.ts';
import { storedKey } from '../idempotency/key.ts';
import type { ErasableClaims } from '../idempotency/store.ts';
import { concurrently } from '../kernel/concurrently.ts';
import type { EraseAnswer } from '../response-cache/erase-answer.ts';
import type { ActiveRuns } from '../runs/active.ts';
import type { EraseRun } from '../runs/erase-run.ts';
import type { SessionKey, SessionStore } from '../sessions/types.ts';
import { type EraseOwnRun, unfinishedOf } from './erase-own-run.ts';
import type { EraseOwnSession } from './erase-sessions.ts';
import type { ErasePart } from './parts.ts';

export interface EraseNotedParts {
  readonly openNotes: () => Promise<Pick<RunNotes, 'list' | 'remove'>>;
  readonly active: Pick<ActiveRuns, 'list'>;
  readonly eraseOwnRun: EraseOwnRun;
  readonly eraseOwnSession: EraseOwnSession;
  readonly openSessions: () => Promise<{ readonly store: Pick<SessionStore, 'removeRun'> }>;
  /** All of a run that has no row. */
  readonly eraseLeft: EraseRun;
  readonly claims: ErasableClaims;
  readonly eraseAnswer: EraseAnswer;
}

/** Runs erased at a time. */
const AT_ONCE = 8;

/**
 * Erases what the runs of a user have left that stand in no list: their process was killed before they had a row, or wrote on
 * after it was erased. That is done the last time, when no process of theirs is there any more; their notes go with it.
 */
export const createEraseNoted = (parts: EraseNotedParts): ErasePart => {
  const { openNotes, active, eraseOwnRun, eraseOwnSession, openSessions, eraseLeft, claims, eraseAnswer } = parts;

  const eraseRest = async (run: NotedRun, session: SessionKey | null): Promise<void> => {
    const { runId, claimKey, cacheKey } = run;
    await eraseLeft(run);
    if (claimKey !== undefined) await claims.erase(storedKey(claimKey));
    if (cacheKey !== undefined) await eraseAnswer(cacheKey);
    if (session !== null) await (await openSessions()).store.removeRun(session, runId);
  };

  return async (erasure, isOver) => {
    const { tenantId, user, requestedAt, isLast } = erasure;
    const notes = await openNotes();
    const unfinished = await unfinishedOf(active, tenantId);
    const erasedSessions = new Map<string, Promise<boolean>>();
    const isErased = (session: SessionKey): Promise<boolean> => {
      const erasing = erasedSessions.get(session.sessionId) ?? eraseOwnSession(session, requestedAt);
      erasedSessions.set(session.sessionId, erasing);
      return erasing;
    };
    /** Resolves to whether something is left that cannot be erased yet. */
    const erase = async (run: NotedRun): Promise<boolean> => {
      const { runId, sessionId } = run;
      const session = sessionId === undefined ? null : { tenantId, userId: user, sessionId };
      if (session !== null && !(await isErased(session))) return true;
      const { kind } = await eraseOwnRun(run, unfinished);
      if (kind === 'left') return true;
      if (!isLast) return false;
      await eraseRest(run, session);
      await notes.remove(tenantId, user, runId);
      return false;
    };

    let next = erasure;
    let batch: NotedRun[] = [];
    const eraseBatch = async (): Promise<void> => {
      const left = await concurrently(batch, AT_ONCE, erase);
      next = { ...next, after: batch.at(-1)?.runId ?? next.after, isLeft: next.isLeft || left.includes(true) };
      batch = [];
    };
    for await (const run of notes.list(tenantId, user, erasure.after, requestedAt)) {
      batch.push(run);
      if (batch.length < AT_ONCE) continue;
      await eraseBatch();
      if (isOver()) return { erasure: next, isDone: false };
    }
    await eraseBatch();
    return { erasure: next, isDone: true };
  };
};
