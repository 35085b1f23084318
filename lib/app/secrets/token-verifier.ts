import type { Config } from '../../config.ts';
import type { TokenVerifier } from '../../identity/authenticator.ts';
import { lazy } from '../../kernel/caching/lazy.ts';
import type { Clock } from '../../kernel/clock.ts';
import { scopesIn } from '../../kernel/forms/scopes.ts';
import type { SecretForm, Secrets } from '../../secrets/secrets.ts';

export interface TokenVerifierParts {
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
  readonly secrets: Secrets;
}

/** Whether a stage's tokens are signed with a secret of its own, and not with keys that their issuer publishes. */
export const hasJwtSecret = ({ JWT_ISSUER, JWT_JWKS_URL }: Pick<Config, 'JWT_ISSUER' | 'JWT_JWKS_URL'>): boolean =>
  JWT_ISSUER !== undefined && JWT_JWKS_URL === undefined;

/** Who vouches for a stage's tokens; `null` where it takes none. What verifies them is loaded with the first token. */
export const tokenVerifier = (config: Config, { clock, fetch, secrets }: TokenVerifierParts): TokenVerifier | null => {
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_JWKS_URL: jwksUrl, JWT_SECRET_ID } = config;
  const { JWT_TENANT_CLAIM: tenantClaim, JWT_SCOPE_CLAIM: scopeClaim, JWT_SCOPES } = config;
  if (issuer === undefined || audience === undefined) return null;
  const keys =
    jwksUrl === undefined
      ? { openSecret: (check: SecretForm['check']) => secrets.open(JWT_SECRET_ID, { check }) }
      : { jwksUrl, fetch };
  const verifier = lazy(async () => {
    const { createTokenVerifier } = await import('../../identity/jwt/verify-token.ts');
    return createTokenVerifier({
      issuer,
      audience,
      keys,
      clock,
      tenantClaim,
      scopeClaim,
      scopes: scopesIn(JWT_SCOPES),
    });
  });
  return { verify: async (token) => (await verifier()).verify(token) };
};
