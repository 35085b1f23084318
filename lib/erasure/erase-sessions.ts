import { concurrently } from '../kernel/concurrently.ts';
import { asAppError } from '../kernel/errors.ts';
import type { Ids } from '../kernel/ids/ids.ts';
import type { EraseSession } from '../run/sessions/erase-session.ts';
import type { RunStore } from '../runs/types.ts';
import type { SessionsOfUser } from '../sessions/sessions-of-user.ts';
import type { SessionKey, SessionStore } from '../sessions/types.ts';
import type { ErasePart } from './parts.ts';

export interface EraseSessionsParts {
  readonly sessionsOfUser: SessionsOfUser;
  readonly eraseOwnSession: EraseOwnSession;
}

/**
 * Erases a session that was begun by an instant, with its runs; `false`: a run of it has not ended. A run that was begun by then
 * may take its session later.
 */
export type EraseOwnSession = (key: SessionKey, begunBy: number) => Promise<boolean>;

export interface EraseOwnSessionParts {
  readonly openSessions: () => Promise<{ readonly store: Pick<SessionStore, 'find' | 'runsOf'> }>;
  readonly runs: Pick<RunStore, 'find'>;
  readonly eraseSession: EraseSession;
  readonly ids: Pick<Ids, 'request'>;
}

/** Runs looked at at a time. */
const AT_ONCE = 8;

export const createEraseOwnSession =
  ({ openSessions, runs, eraseSession, ids }: EraseOwnSessionParts): EraseOwnSession =>
  async (key, begunBy) => {
    const { store } = await openSessions();
    const head = await store.find(key);
    if (head !== null && head.createdAt > begunBy) {
      const rows = await concurrently(await store.runsOf(key), AT_ONCE, ({ runId }) => runs.find(key.tenantId, runId));
      if (rows.some((row) => row !== null && row.createdAt > begunBy)) return true;
    }
    try {
      await eraseSession(key, ids.request());
      return true;
    } catch (error) {
      const { code } = asAppError(error);
      if (code === 'not-found') return true;
      if (code === 'run-conflict') return false;
      throw error;
    }
  };

/** Sessions looked at before how far it is is noted. */
const NOTED_EACH = 500;

/** Erases a user's sessions, those too whose runs are not kept any more. */
export const createEraseSessions =
  ({ sessionsOfUser, eraseOwnSession }: EraseSessionsParts): ErasePart =>
  async (erasure, isOver) => {
    const { tenantId, user, requestedAt } = erasure;
    let next = erasure;
    let examined = 0;
    for await (const { at, found } of sessionsOfUser(tenantId, user, erasure.after)) {
      examined += 1;
      if (found !== null && !(await eraseOwnSession(found, requestedAt))) next = { ...next, isLeft: true };
      next = { ...next, after: at };
      if ((found !== null || examined % NOTED_EACH === 0) && isOver()) return { erasure: next, isDone: false };
    }
    return { erasure: next, isDone: true };
  };
