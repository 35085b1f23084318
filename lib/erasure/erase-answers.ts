import type { UserNames } from '../end-users/names.ts';
import type { ClaimsOfUser } from '../idempotency/claims-of-user.ts';
import type { ErasableClaims } from '../idempotency/store.ts';
import type { EraseAnswer } from '../response-cache/erase-answer.ts';
import type { ErasePart } from './parts.ts';

export interface EraseAnswersParts {
  readonly claimsOfUser: Pick<ClaimsOfUser, 'list' | 'forget'>;
  readonly claims: ErasableClaims;
  readonly eraseAnswer: EraseAnswer;
  readonly userNames: Pick<UserNames, 'remove'>;
}

/** A request that was under way may be noted so much later, by a clock that is ahead. */
const NOTED_LATE_MS = 5_000;

/**
 * Erases the answers that the gateway keeps for a user under idempotency keys, cached answers that came late, and the
 * user's name. Notes stay until the last time: a call that was under way may end its claim until then.
 */
export const createEraseAnswers =
  ({ claimsOfUser, claims, eraseAnswer, userNames }: EraseAnswersParts): ErasePart =>
  async (erasure) => {
    const { tenantId, user, requestedAt, isLast, caches } = erasure;
    for (const key of await claimsOfUser.list(tenantId, user, requestedAt)) {
      await claims.erase(key);
      if (isLast) await claimsOfUser.forget(tenantId, user, key);
    }
    if (isLast) for (const key of caches) await eraseAnswer(key);
    await userNames.remove(tenantId, user, requestedAt + NOTED_LATE_MS);
    return { erasure, isDone: true };
  };
