import { newErasure, type UserErasures } from '../end-users/erasures.ts';
import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { bookedName, pseudonymOf } from '../kernel/ids/pseudonym.ts';
import { safe } from '../kernel/redacted.ts';
import type { Actor } from '../tenants/types.ts';
import type { TenantAdministration } from './administer-tenants.ts';
import type { Note } from './audited.ts';

/** An erasure that was begun. */
export interface BegunErasure {
  readonly tenantId: string;
  /** Under which the books keep the amounts. */
  readonly pseudonym: string;
}

export interface UserAdministration {
  /**
   * Has all erased that an end user has left by now, whether or not that is anything: it goes on by itself. Throws
   * `not-found` for a tenant that is not there, `invalid-request` for what no `userId` can be.
   */
  erase(tenantId: string, userId: string, actor: Actor): Promise<BegunErasure>;
}

export interface UserAdministrationOptions {
  readonly tenants: Pick<TenantAdministration, 'find'>;
  readonly erasures: Pick<UserErasures, 'add'>;
  readonly note: Note;
  readonly clock: Pick<Clock, 'now'>;
}

/** The bound of a `userId` in a request. */
const MAX_USER_CHARS = 256;

const checkedUserId = (userId: string): string => {
  const message =
    userId.length < 1 || userId.length > MAX_USER_CHARS
      ? safe`must have 1 to ${MAX_USER_CHARS} characters`
      : userId.includes('\0') || !userId.isWellFormed()
        ? safe`must not contain NUL or a lone surrogate`
        : null;
  if (message === null) return userId;
  throw new AppError('invalid-request', safe`The user id is not valid; see errors.`, {
    issues: [{ path: 'userId', message }],
  });
};

export const createUserAdministration = (options: UserAdministrationOptions): UserAdministration => {
  const { tenants, erasures, note, clock } = options;
  return {
    async erase(tenantId, userId, actor) {
      const user = pseudonymOf(checkedUserId(userId));
      await tenants.find(tenantId);
      const pseudonym = bookedName(user);
      // The audit outlives what is erased.
      await note({ actor, action: 'user.erased', target: `${tenantId}/${pseudonym}`, changes: {} });
      await erasures.add(newErasure(tenantId, user, clock.now()));
      return { tenantId, pseudonym };
    },
  };
};
