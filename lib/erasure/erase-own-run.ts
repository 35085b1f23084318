import type { UserErasure } from '../end-users/erasures.ts';
import { storedKey } from '../idempotency/key.ts';
import type { ErasableClaims } from '../idempotency/store.ts';
import type { Clock } from '../kernel/clock.ts';
import type { EraseAnswer } from '../response-cache/erase-answer.ts';
import type { ActiveRuns } from '../runs/active.ts';
import type { EraseRun } from '../runs/erase-run.ts';
import type { InboxStore } from '../runs/inbox/inbox.ts';
import type { RunKey } from '../runs/run-key.ts';
import type { RunsOfUser } from '../runs/runs-of-user.ts';
import { hasEnded } from '../runs/types.ts';

export interface EraseOwnRunParts {
  readonly clock: Clock;
  readonly runsOfUser: Pick<RunsOfUser, 'find'>;
  readonly active: Pick<ActiveRuns, 'list'>;
  readonly inbox: Pick<InboxStore, 'cancel'>;
  readonly wake: (run: RunKey) => Promise<void>;
  readonly eraseRun: EraseRun;
  readonly claims: ErasableClaims;
  readonly eraseAnswer: EraseAnswer;
}

/** What became of a run that is to be erased: `gone`: it has no row. */
export type ErasedRun =
  | { readonly kind: 'gone' }
  /** It has not ended, or somebody works on it. */
  | { readonly kind: 'left' }
  | ({ readonly kind: 'erased' } & Pick<UserErasure, 'caches'>);

/** Erases a run of a user with what is kept under its idempotency key, and its cached answer. */
export type EraseOwnRun = (run: RunKey, unfinished: ReadonlySet<string>) => Promise<ErasedRun>;

/** A synchronous run that is younger may still be writing its cached answer. */
const LATE_MS = 120_000;

/** Who cancels a run whose end user is erased. */
const ERASURE = 'erasure';

/** The ids of a tenant's unfinished runs. */
export const unfinishedOf = async (active: Pick<ActiveRuns, 'list'>, tenantId: string): Promise<ReadonlySet<string>> =>
  new Set((await active.list(tenantId)).map(({ runId }) => runId));

/** A run that is under way is cancelled, and left until it has ended and nobody works on it. */
export const createEraseOwnRun =
  ({ clock, runsOfUser, inbox, wake, eraseRun, claims, eraseAnswer }: EraseOwnRunParts): EraseOwnRun =>
  async (key, unfinished) => {
    const run = await runsOfUser.find(key);
    if (run === null) return { kind: 'gone' };
    if (!hasEnded(run)) {
      if ((await inbox.cancel(run, { keyId: ERASURE, at: clock.now() })) === 'taken') await wake(run);
      return { kind: 'left' };
    }
    // Its worker has still something to write, unless it is no more: then the sweeper says so.
    if (unfinished.has(run.runId)) return { kind: 'left' };
    const { claimKey, cacheKey } = run.links;
    if (claimKey !== undefined) await claims.erase(storedKey(claimKey));
    if (cacheKey !== undefined) await eraseAnswer(cacheKey);
    await eraseRun(run);
    const isLate = cacheKey !== undefined && run.updatedAt + LATE_MS > clock.now();
    return { kind: 'erased', caches: isLate ? [cacheKey] : [] };
  };
