import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import type { Scope } from '../kernel/forms/scopes.ts';
import { safe } from '../kernel/redacted.ts';
import type { ApiKeyStore, Bearer, KeyLimits, Principal, Tenant, TenantStore } from '../tenants/types.ts';
import type { KeyUses } from './key-uses.ts';
import { createKnownKeys } from './known-keys.ts';
import { createLookUps } from './look-ups.ts';

/** About 5 MB at most, where tenants have the usual few settings. */
const MAX_TENANTS = 5_000;
/** Far above any key of ours; what is longer is not worth hashing. */
const MAX_KEY_LENGTH = 512;
/** As much as servers take of a header. */
const MAX_TOKEN_LENGTH = 8_192;
/** Three parts with dots between them, the first of which begins as JSON does in base64. */
const TOKEN = /^eyJ[^.]*\.[^.]*\.[^.]*$/;
/** Stands for a key's id where a token was presented. */
const BY_TOKEN = 'jwt';
const NO_LIMITS: KeyLimits = { requestsPerMinute: null, dailyBudgetUsd: null };

/** Says for whom a signed token (JWT) speaks; rejects with `unauthenticated` where it speaks for nobody. */
export interface TokenVerifier {
  verify(token: string): Promise<{
    readonly tenantId: string;
    readonly scopes: readonly Scope[];
    readonly bearer: Bearer;
  }>;
}

export interface AuthenticatorOptions {
  readonly keys: Pick<ApiKeyStore, 'find'>;
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly clock: Clock;
  /** Without one, a token is a key that nobody knows. */
  readonly tokens?: TokenVerifier | null;
  /** Default: nobody knows when keys were used. */
  readonly uses?: Pick<KeyUses, 'note'>;
}

/** Says who presents a key or a token. */
export interface Authenticator {
  /**
   * Rejects with `unauthenticated` (unknown or expired), `forbidden` (suspended tenant) or, when the store fails and
   * nothing is cached, `store-unavailable`: nobody is let in unseen. What changed elsewhere is seen within 60 s.
   */
  readonly authenticate: (credential: string) => Promise<Principal>;
  /** Notes when a key was used; nobody has to wait for it. `null`: there is nothing to note. Default: nothing is. */
  readonly used?: (principal: Principal) => Promise<void> | null;
}

/** One that remembers what it has read, and can be told that it changed. */
export interface CachingAuthenticator extends Authenticator {
  /** What follows is decided by what is stored now: of one key, or of a tenant and all its keys. */
  readonly forget: (changed: { readonly hash: string } | { readonly tenantId: string }) => void;
  readonly forgetAll: () => void;
}

const unauthenticated = () => new AppError('unauthenticated', safe`The API key is not known or has expired.`);
const nobodysToken = () => new AppError('unauthenticated', safe`The token is not valid.`);

export const createAuthenticator = (options: AuthenticatorOptions): CachingAuthenticator => {
  const { clock, tokens = null, uses } = options;
  const keys = createKnownKeys({ keys: options.keys, clock, refusal: unauthenticated });
  const tenants = createLookUps<Tenant>({ clock, maxEntries: MAX_TENANTS });

  const activeTenant = async (tenantId: string, refusal: () => AppError): Promise<Tenant> => {
    const tenant = await tenants.find(tenantId, () => options.tenants.find(tenantId));
    if (tenant === null) throw refusal();
    if (tenant.status !== 'active') throw new AppError('forbidden', safe`The tenant is suspended.`);
    return tenant;
  };

  const byToken = async (token: string, verifier: TokenVerifier): Promise<Principal> => {
    if (token.length > MAX_TOKEN_LENGTH) throw nobodysToken();
    const { tenantId, scopes, bearer } = await verifier.verify(token);
    const tenant = await activeTenant(tenantId, nobodysToken);
    return { tenantId, keyId: BY_TOKEN, scopes, tenant, keyLimits: NO_LIMITS, bearer };
  };

  const byKey = async (presented: string): Promise<Principal> => {
    if (presented === '' || presented.length > MAX_KEY_LENGTH) throw unauthenticated();
    const key = await keys.find(presented);
    if (key === null || (key.expiresAt !== null && key.expiresAt <= clock.now())) throw unauthenticated();
    const { tenantId, keyId, scopes, requestsPerMinute, dailyBudgetUsd } = key;
    const tenant = await activeTenant(tenantId, unauthenticated);
    return { tenantId, keyId, scopes, tenant, keyLimits: { requestsPerMinute, dailyBudgetUsd } };
  };

  return {
    authenticate: async (credential) =>
      tokens !== null && TOKEN.test(credential) ? byToken(credential, tokens) : byKey(credential),

    used: (principal) => (principal.keyId === BY_TOKEN ? null : (uses?.note(principal) ?? null)),

    forget(changed) {
      if ('hash' in changed) return keys.forget((hash) => hash === changed.hash);
      tenants.forget((tenantId) => tenantId === changed.tenantId);
      keys.forget((_, key) => key?.tenantId === changed.tenantId);
    },

    forgetAll() {
      tenants.forget(() => true);
      keys.forget(() => true);
    },
  };
};
