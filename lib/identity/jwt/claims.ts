import { type Scope, SCOPES } from '../../kernel/forms/scopes.ts';
import { shortHash } from '../../kernel/ids/short-hash.ts';
import type { Bearer } from '../../tenants/types.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** Where an issuer puts what Ballast needs, and what its tokens may carry at most. */
export interface ClaimRules {
  /** Name of the claim that names the tenant. */
  readonly tenantClaim: string;
  /** Name of the claim that lists the scopes. */
  readonly scopeClaim: string;
  /** Scopes that a token may carry; others in it are ignored. */
  readonly scopes: readonly Scope[];
}

/** What a token says of its bearer. */
export interface TokenClaims {
  readonly tenantId: string;
  readonly scopes: readonly Scope[];
  readonly bearer: Bearer;
}

const TENANT_ID = /^[a-z0-9-]{1,64}$/;
/** As long as an end user's name may be. */
const MAX_SUBJECT_CHARS = 256;

/** Where issuers list scopes besides the claim of the standard: Okta and Entra in `scp`, Auth0 in `permissions`. */
const OTHER_SCOPE_CLAIMS = ['scp', 'permissions'];

const words = (claim: unknown): readonly unknown[] => {
  if (typeof claim === 'string') return claim.split(/[\s,]+/);
  return Array.isArray(claim) ? claim : [];
};

/** Cognito and Entra put the API before its scope, as `https://api.example/runs:write`. */
const withoutPrefix = (word: unknown): unknown =>
  typeof word === 'string' ? word.slice(word.lastIndexOf('/') + 1) : word;

const ownClaim = (claims: Claims, name: string): unknown => (Object.hasOwn(claims, name) ? claims[name] : undefined);

const bearerOf = ({ sub, jti }: Claims): Bearer => {
  const isSubject =
    typeof sub === 'string' &&
    sub !== '' &&
    sub.length <= MAX_SUBJECT_CHARS &&
    sub.isWellFormed() &&
    !sub.includes('\0');
  return { subject: isSubject ? sub : null, tokenHash: typeof jti === 'string' && jti !== '' ? shortHash(jti) : null };
};

/**
 * Reads the claims of a verified token; `null` where the tenant is not 1 to 64 of `[a-z0-9-]`. Scopes are text, separated by
 * blanks (RFC 8693) or commas, or a list; one that is none of ours, or that tokens may not carry, grants nothing.
 */
export const readClaims = (claims: Claims, { tenantClaim, scopeClaim, scopes }: ClaimRules): TokenClaims | null => {
  const tenantId = ownClaim(claims, tenantClaim);
  if (typeof tenantId !== 'string' || !TENANT_ID.test(tenantId)) return null;
  const listed = [scopeClaim, ...OTHER_SCOPE_CLAIMS].flatMap((name) => words(ownClaim(claims, name)));
  const granted = new Set(listed.map(withoutPrefix));
  const carried = SCOPES.filter((known) => granted.has(known) && scopes.includes(known));
  return { tenantId, scopes: carried, bearer: bearerOf(claims) };
};

/**
 * Whether a verified token was made for this audience. An access token of Cognito has no `aud`: there it is the client that
 * counts, `client_id`.
 */
export const isFor = (audience: string, { aud, token_use: use, client_id: client }: Claims): boolean => {
  if (aud === undefined) return use === 'access' && client === audience;
  return Array.isArray(aud) ? aud.includes(audience) : aud === audience;
};
