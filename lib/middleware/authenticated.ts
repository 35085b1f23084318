import type { MiddlewareObj } from '@middy/core';
import { header, type HttpEvent } from '../http/types.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import type { WaitUntil } from '../kernel/background.ts';
import { AppError } from '../kernel/errors.ts';
import type { Scope } from '../kernel/forms/scopes.ts';
import { label, safe } from '../kernel/redacted.ts';
import type { Principal } from '../tenants/types.ts';

export interface Authenticated extends HttpEvent {
  readonly principal: Principal;
}

const BEARER = /^bearer +(\S+) *$/i;

const credentialOf = (event: HttpEvent): string | undefined =>
  header(event, 'x-api-key') || BEARER.exec(header(event, 'authorization') ?? '')?.[1];

/**
 * Knows who asks, by `x-api-key` or Bearer, and that the key may do this: it has the scope, which can depend on the path, or one of
 * several; `null`: any key may. The tenant comes from the credential alone.
 */
export const authenticated = (
  { authenticate, used }: Authenticator,
  needed: Scope | ((event: HttpEvent) => Scope | readonly Scope[] | null),
): MiddlewareObj<Authenticated & { readonly waitUntil?: WaitUntil }> => ({
  before: async (request) => {
    const wanted = typeof needed === 'string' ? needed : needed(request.event);
    const scopes = wanted === null ? null : [wanted].flat();
    const credential = credentialOf(request.event);
    if (!credential) throw new AppError('unauthenticated', safe`Send an API key as x-api-key or as a Bearer token.`);
    const principal = await authenticate(credential);
    const noting = used?.(principal);
    if (noting) request.event.waitUntil?.(noting);
    if (scopes !== null && !scopes.some((scope) => principal.scopes.includes(scope))) {
      const names = scopes.map(label).reduce((all, name) => safe`${all} or ${name}`);
      throw new AppError('forbidden', safe`The API key lacks the scope ${names}.`);
    }
    request.event = { ...request.event, principal };
  },
});
