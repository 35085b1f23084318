import { type Scope, SCOPES } from '../../tenants/types.ts';

/** What a token says of its bearer. */
export interface TokenClaims {
  readonly tenantId: string;
  readonly scopes: readonly Scope[];
}

const TENANT_ID = /^[a-z0-9-]{1,64}$/;

const words = (claim: unknown): readonly unknown[] => {
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? claim : [];
};

/**
 * Reads `tenant` and `scope` of a verified token; `null` where the tenant is not 1 to 64 of `[a-z0-9-]`.
 * `scope` is separated by spaces (RFC 8693) or an array; a scope that is none of ours grants nothing.
 */
export const readClaims = ({ tenant, scope }: Readonly<Record<string, unknown>>): TokenClaims | null => {
  if (typeof tenant !== 'string' || !TENANT_ID.test(tenant)) return null;
  const granted = new Set(words(scope));
  return { tenantId: tenant, scopes: SCOPES.filter((known) => granted.has(known)) };
};
