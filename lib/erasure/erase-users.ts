import { type Part, PARTS, type UserErasure, type UserErasures } from '../end-users/erasures.ts';
import type { Clock } from '../kernel/clock.ts';
import { bookedName } from '../kernel/ids/pseudonym.ts';
import { label, safe } from '../kernel/redacted.ts';
import { describeFailure } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import type { ErasePart } from './parts.ts';

export interface EraseUsersParts {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly erasures: UserErasures;
  readonly parts: Readonly<Record<Part, ErasePart>>;
}

/** Nothing more is begun after that: the rest goes on in a minute. */
const BEGIN_WITHIN_MS = 20_000;
/**
 * When all is gone through for the last time: no request that was under way lasts so long, nor what is tried after its
 * answer.
 */
export const LAST_AFTER_MS = 3_600_000;
/** What is left is tried again after a minute, and the longer it takes the less often. */
const AGAIN_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;

const pauseAfter = (waitedMs: number): number => Math.min(LONGEST_PAUSE_MS, Math.max(AGAIN_MS, waitedMs / 10));

/** What comes behind a part that is done; `null`: nothing is left. Pure. */
export const nextOf = (erasure: UserErasure, now: number): UserErasure | null => {
  const following = PARTS[PARTS.indexOf(erasure.part) + 1];
  if (following !== undefined) return { ...erasure, part: following, after: null };
  const again = { ...erasure, part: PARTS[0], after: null, isLeft: false };
  if (erasure.isLeft) return { ...again, dueAt: now + pauseAfter(now - erasure.requestedAt) };
  if (erasure.isLast) return null;
  return { ...again, isLast: true, dueAt: Math.max(now, erasure.requestedAt + LAST_AFTER_MS) };
};

/** Goes on with each erasure that is due. Harmless beside others that do the same. */
export const createEraseUsers = ({ clock, emit, erasures, parts }: EraseUsersParts): (() => Promise<void>) => {
  const goOn = async (due: UserErasure, isOver: () => boolean): Promise<void> => {
    for (let erasure = due; erasure.dueAt <= clock.now() && !isOver();) {
      const progress = await parts[erasure.part](erasure, isOver);
      const next = progress.isDone ? nextOf(progress.erasure, clock.now()) : progress.erasure;
      if (next === null) {
        await erasures.remove(erasure);
        const { tenantId, user, requestedAt } = erasure;
        const tookMs = clock.now() - requestedAt;
        return emit({ type: 'user.erased', tenantId: label(tenantId), user: label(bookedName(user)), tookMs });
      }
      if (!(await erasures.save(next))) return;
      erasure = next;
    }
  };

  return async () => {
    const startedMs = clock.monotonicMs();
    const isOver = () => clock.monotonicMs() - startedMs > BEGIN_WITHIN_MS;
    for (const due of await erasures.due(clock.now())) {
      if (isOver()) return;
      try {
        await goOn(due, isOver);
      } catch (error) {
        // It is due as it was.
        emit({ type: 'store.failed', operation: safe`users.erase`, ...describeFailure(error) });
      }
    }
  };
};
