import { storedKey } from '../../idempotency/key.ts';
import { type ErasableClaims } from '../../idempotency/store.ts';
import type { Clock } from '../../kernel/clock.ts';
import { concurrently } from '../../kernel/concurrently.ts';
import { ZERO } from '../../kernel/money.ts';
import type { EraseRun } from '../../runs/erase-run.ts';
import { hasEnded, type RunStore } from '../../runs/types.ts';
import { NOTHING_USED } from '../../sessions/session-item.ts';
import type { SessionKey, SessionRun } from '../../sessions/types.ts';
import { heldByOther, noSession } from './session-errors.ts';
import type { Sessions } from './sessions.ts';

export interface EraseSessionParts {
  readonly openSessions: () => Promise<Sessions>;
  readonly clock: Clock;
  readonly runs: Pick<RunStore, 'find'>;
  readonly eraseRun: EraseRun;
  readonly claims: ErasableClaims;
}

/** For as long as an erasure may take; one that was killed is over by then, and can be asked for again. */
const LEASE_MS = 60_000;
/** A submission that is younger may still be under way. */
const YOUNG_MS = 10_000;
const AT_ONCE = 8;

/**
 * Erases a session: its conversation, its runs with all that belongs to them, and the answers kept for their idempotency
 * keys. Throws `not-found`, and `run-conflict` while a run of it has not ended. `eraseId` marks this erasure.
 */
export const createEraseSession = ({ openSessions, clock, runs, eraseRun, claims }: EraseSessionParts) => {
  const isUnfinished = async ({ tenantId }: SessionKey, { runId, addedAt }: SessionRun): Promise<boolean> => {
    const row = await runs.find(tenantId, runId);
    return row === null ? addedAt + YOUNG_MS > clock.now() : !hasEnded(row);
  };

  return async (key: SessionKey, eraseId: string): Promise<void> => {
    const sessions = await openSessions();
    const { store } = sessions;
    const [head, before] = await Promise.all([store.find(key), store.runsOf(key)]);
    if (head === null && before.length === 0) throw noSession();
    const until = clock.now() + LEASE_MS;
    // From here on no run can take it.
    await sessions.take(key, {
      runId: eraseId,
      mode: 'erase',
      until,
      agent: head?.agent ?? '',
      hasMessages: false,
      claimKey: null,
    });
    const found = await store.runsOf(key);
    const unfinished = await concurrently(found, AT_ONCE, (run) => isUnfinished(key, run));
    if (unfinished.includes(true)) {
      await sessions.give(key, eraseId, { usage: null, spent: ZERO });
      throw heldByOther();
    }
    const held = await store.find(key);
    // Nobody reads it any more, whenever this is killed: it is asked for again then.
    const isMine =
      held?.holder?.runId === eraseId &&
      (await store.replace({ ...held, conversationOf: null, usage: NOTHING_USED, version: held.version + 1 }, held));
    if (!isMine) throw heldByOther();
    await concurrently(found, AT_ONCE, async ({ runId, claimKey }) => {
      if (claimKey !== null) await claims.erase(storedKey(claimKey));
      await eraseRun({ tenantId: key.tenantId, runId });
    });
    await store.erase(
      key,
      found.map(({ runId }) => runId),
    );
  };
};

export type EraseSession = ReturnType<typeof createEraseSession>;
