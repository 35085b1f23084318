import type { Actor, Principal } from '../tenants/types.ts';

/** The end user of a request: whom it names, else the subject of its token; `null`: nobody. */
export const endUserOf = (named: string | null | undefined, { bearer }: Pick<Principal, 'bearer'>): string | null =>
  named ?? bearer?.subject ?? null;

/** A request for its end user. */
export const forEndUser = <Request extends { readonly userId?: string | undefined }>(
  request: Request,
  principal: Pick<Principal, 'bearer'>,
): Request => {
  const userId = endUserOf(request.userId, principal);
  return userId === null ? request : { ...request, userId };
};

/** Who changes something, as the audit has it. */
export const actorOf = ({ tenantId, keyId, bearer }: Principal): Actor => ({ tenantId, keyId, ...bearer });
