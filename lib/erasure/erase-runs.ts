import type { UserErasure } from '../end-users/erasures.ts';
import { concurrently } from '../kernel/concurrently.ts';
import type { ActiveRuns } from '../runs/active.ts';
import type { RunsOfUser } from '../runs/runs-of-user.ts';
import { hasEnded, type RunSummary } from '../runs/types.ts';
import { type EraseOwnRun, unfinishedOf } from './erase-own-run.ts';
import type { EraseOwnSession } from './erase-sessions.ts';
import type { ErasePart } from './parts.ts';

export interface EraseRunsParts {
  readonly runsOfUser: RunsOfUser;
  readonly active: Pick<ActiveRuns, 'list'>;
  readonly eraseOwnRun: EraseOwnRun;
  readonly eraseSession: EraseOwnSession;
}

/** Runs erased at a time. */
const AT_ONCE = 8;
/** After so many runs of anybody, how far it is is noted: a page of the index. */
const NOTED_EACH = 1_000;
/** Cached answers that one erasure remembers: some 16 KB. */
const MOST_CACHES = 200;

/** Erases the runs that stand in the tenant's list, with all that belongs to them and with their sessions. */
export const createEraseRuns =
  ({ runsOfUser, active, eraseOwnRun, eraseSession }: EraseRunsParts): ErasePart =>
  async (erasure, isOver) => {
    const { tenantId, user, requestedAt } = erasure;
    const unfinished = await unfinishedOf(active, tenantId);
    let next: UserErasure = erasure;
    let batch: RunSummary[] = [];

    const eraseBatch = async (after: string): Promise<void> => {
      const sessions = new Set(batch.flatMap(({ sessionId }) => sessionId ?? []));
      // Before the session takes them with it: what they have booked until their end is theirs.
      const ends = await concurrently(batch, AT_ONCE, async (run) =>
        hasEnded(run) ? run : await runsOfUser.find(run),
      );
      let isLeft = next.isLeft;
      for (const sessionId of sessions)
        isLeft = !(await eraseSession({ tenantId, userId: user, sessionId }, requestedAt)) || isLeft;
      const done = await concurrently(batch, AT_ONCE, (run) => eraseOwnRun(run, unfinished));
      const erased = done.filter((each) => each.kind === 'erased');
      const caches = [...new Set([...next.caches, ...erased.flatMap((each) => each.caches)])];
      next = {
        ...next,
        after,
        isLeft: isLeft || done.some(({ kind }) => kind === 'left'),
        bookedBy: Math.max(next.bookedBy, ...ends.map((run) => run?.updatedAt ?? 0)),
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
