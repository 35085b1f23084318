import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import { createExpiringCache } from './expiring-cache.ts';
import { hashKey } from './hash.ts';
import type { ApiKey, ApiKeyStore, Principal, Tenant, TenantStore } from './types.ts';

/** How long a change of a key or tenant may go unseen: the contract's 60 s. */
const KNOWN_TTL_MS = 60_000;
/** Short, so that a new key works soon; long enough that a client with a wrong key costs little. */
const UNKNOWN_TTL_MS = 10_000;
/** About 5 MB at most. */
const MAX_ENTRIES = 10_000;
/** Far above any key of ours; what is longer is not worth hashing. */
const MAX_KEY_LENGTH = 512;

export interface AuthenticatorOptions {
  readonly keys: Pick<ApiKeyStore, 'find'>;
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly clock: Clock;
}

/** Says who presents a key. */
export interface Authenticator {
  /**
   * Rejects with `unauthenticated` (unknown or expired key), `forbidden` (suspended tenant) or, when the store fails
   * and nothing is cached, `store-unavailable`: nobody is let in unseen.
   */
  readonly authenticate: (key: string) => Promise<Principal>;
}

interface Holder {
  readonly key: ApiKey;
  readonly tenant: Tenant;
}

const unauthenticated = () => new AppError('unauthenticated', safe`the API key is not known or has expired`);

const admit = ({ key, tenant }: Holder, now: number): Principal => {
  if (key.expiresAt !== null && key.expiresAt <= now) throw unauthenticated();
  if (tenant.status !== 'active') throw new AppError('forbidden', safe`the tenant is suspended`);
  return { tenantId: key.tenantId, keyId: key.keyId, scopes: key.scopes };
};

export const createAuthenticator = ({ keys, tenants, clock }: AuthenticatorOptions): Authenticator => {
  const known = createExpiringCache<Holder>({ clock, ttlMs: KNOWN_TTL_MS, maxEntries: MAX_ENTRIES });
  // Apart from the known ones, so that a flood of made-up keys pushes no real one out.
  const unknown = createExpiringCache<true>({ clock, ttlMs: UNKNOWN_TTL_MS, maxEntries: MAX_ENTRIES });
  const reading = new Map<string, Promise<Holder | null>>();

  const read = async (hash: string): Promise<Holder | null> => {
    const readAt = clock.now();
    const key = await keys.find(hash);
    const tenant = key === null ? null : await tenants.find(key.tenantId);
    if (key === null || tenant === null) {
      unknown.set(hash, true, readAt);
      return null;
    }
    known.set(hash, { key, tenant }, readAt);
    return { key, tenant };
  };

  const shared = (hash: string): Promise<Holder | null> => {
    const inFlight = reading.get(hash);
    if (inFlight !== undefined) return inFlight;
    const started = read(hash).finally(() => reading.delete(hash));
    reading.set(hash, started);
    return started;
  };

  return {
    async authenticate(presented) {
      if (presented === '' || presented.length > MAX_KEY_LENGTH) throw unauthenticated();
      const hash = hashKey(presented);
      if (unknown.get(hash)) throw unauthenticated();
      const holder = known.get(hash) ?? (await shared(hash));
      if (holder === null) throw unauthenticated();
      return admit(holder, clock.now());
    },
  };
};
