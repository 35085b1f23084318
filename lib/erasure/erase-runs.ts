import type { UserErasure } from '../end-users/erasures.ts';
import { storedKey } from '../idempotency/key.ts';
import type { ErasableClaims } from '../idempotency/store.ts';
import type { Clock } from '../kernel/clock.ts';
import { concurrently } from '../kernel/concurrently.ts';
import type { EraseAnswer } from '../response-cache/erase-answer.ts';
import type { ActiveRuns } from '../runs/active.ts';
import type { EraseRun } from '../runs/erase-run.ts';
import type { InboxStore } from '../runs/inbox/inbox.ts';
import type { RunKey } from '../runs/run-key.ts';
import type { RunsOfUser } from '../runs/runs-of-user.ts';
import { hasEnded, type RunSummary } from '../runs/types.ts';
import type { EraseOwnSession } from './erase-sessions.ts';
import type { ErasePart } from './parts.ts';

export interface EraseRunsParts {
  readonly clock: Clock;
  readonly runsOfUser: RunsOfUser;
  readonly active: Pick<ActiveRuns, 'list'>;
  readonly inbox: Pick<InboxStore, 'cancel'>;
  readonly wake: (run: RunKey) => Promise<void>;
  readonly eraseRun: EraseRun;
  readonly eraseSession: EraseOwnSession;
  readonly claims: ErasableClaims;
  readonly eraseAnswer: EraseAnswer;
}

/** Runs erased at a time. */
const AT_ONCE = 8;
/** After so many runs of anybody, how far it is is noted: a page of the index. */
const NOTED_EACH = 1_000;
/** A synchronous run that is younger may still be writing its cached answer. */
const LATE_MS = 120_000;
/** Cached answers that one erasure remembers: some 16 KB. */
const MOST_CACHES = 200;

/** Who cancels a run whose end user is erased. */
const ERASURE = 'erasure';

/**
 * Erases a user's runs with all that belongs to them: with their sessions, with what is kept under their idempotency keys,
 * and with their cached answers. One that is under way is cancelled, and left until it has ended and nobody works on it.
 */
export const createEraseRuns = (parts: EraseRunsParts): ErasePart => {
  const { clock, runsOfUser, active, inbox, wake, eraseRun, eraseSession, claims, eraseAnswer } = parts;

  const cancel = async (run: RunKey): Promise<void> => {
    if ((await inbox.cancel(run, { keyId: ERASURE, at: clock.now() })) === 'taken') await wake(run);
  };

  return async (erasure, isOver) => {
    const { tenantId, user, requestedAt } = erasure;
    const unfinished = new Set((await active.list(tenantId)).map(({ runId }) => runId));
    let next: UserErasure = erasure;
    let batch: RunSummary[] = [];

    const erase = async (listed: RunSummary): Promise<Partial<UserErasure>> => {
      const run = await runsOfUser.find(listed);
      if (run === null) return {};
      if (!hasEnded(run)) await cancel(run);
      // Its worker has still something to write, unless it is no more: then the sweeper says so.
      if (!hasEnded(run) || unfinished.has(run.runId)) return { isLeft: true };
      const { claimKey, cacheKey } = run.links;
      if (claimKey !== undefined) await claims.erase(storedKey(claimKey));
      if (cacheKey !== undefined) await eraseAnswer(cacheKey);
      await eraseRun(run);
      const isLate = cacheKey !== undefined && run.updatedAt + LATE_MS > clock.now();
      return { bookedBy: run.updatedAt, ...(isLate && { caches: [cacheKey] }) };
    };
    const eraseBatch = async (after: string): Promise<void> => {
      const sessions = new Set(batch.flatMap(({ sessionId }) => sessionId ?? []));
      let isLeft = next.isLeft;
      for (const sessionId of sessions)
        isLeft = !(await eraseSession({ tenantId, userId: user, sessionId }, requestedAt)) || isLeft;
      const done = await concurrently(batch, AT_ONCE, erase);
      const caches = [...new Set([...next.caches, ...done.flatMap((each) => each.caches ?? [])])];
      next = {
        ...next,
        after,
        isLeft: isLeft || done.some((each) => each.isLeft),
        bookedBy: Math.max(next.bookedBy, ...done.map((each) => each.bookedBy ?? 0)),
        caches: caches.slice(-MOST_CACHES),
      };
      batch = [];
    };

    let examined = 0;
    let last = erasure.after;
    for await (const { at, found } of runsOfUser.list(tenantId, user, erasure.after, requestedAt)) {
      examined += 1;
      last = at;
      if (found !== null) batch.push(found);
      if (batch.length < AT_ONCE && examined % NOTED_EACH !== 0) continue;
      await eraseBatch(at);
      if (isOver()) return { erasure: next, isDone: false };
    }
    if (last !== null) await eraseBatch(last);
    return { erasure: next, isDone: true };
  };
};
