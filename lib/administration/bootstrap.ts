import { settingsOf } from '../tenants/settings-schema.ts';
import type { ApiKey, TenantDirectory } from '../tenants/types.ts';
import type { KeyAdministration } from './administer-keys.ts';
import type { TenantAdministration } from './administer-tenants.ts';

const TENANT = 'admin';
const ACTOR = { tenantId: TENANT, keyId: 'bootstrap' };

/** Long enough to make keys that have a name and an owner; whoever needs another one bootstraps again. */
const BOOTSTRAP_KEY_MS = 30 * 86_400_000;

export interface BootstrapOptions {
  readonly directory: Pick<TenantDirectory, 'find'>;
  readonly tenants: Pick<TenantAdministration, 'put'>;
  readonly keys: KeyAdministration;
  /** Epoch milliseconds. */
  readonly now: number;
}

export type Bootstrapped =
  | { readonly kind: 'created'; readonly key: string; readonly keyId: string; readonly expiresAt: number }
  /** An administrator has a key already. */
  | { readonly kind: 'done-before'; readonly keyId: string; readonly createdAt: number }
  /** Another bootstrap ran at the same time; this one has taken its own key back. */
  | { readonly kind: 'contended' };

const administers =
  (now: number) =>
  ({ scopes, expiresAt }: ApiKey): boolean =>
    scopes.includes('admin') && (expiresAt === null || expiresAt > now);

/**
 * Makes the tenant `admin` and its first key, once, which administers and does nothing else, for 30 days: of several at a time at most one keeps its key.
 * Begun and killed, it goes on where it was; killed after the key is stored and before it is told, it counts as done.
 */
export const bootstrap = async ({ directory, tenants, keys, now }: BootstrapOptions): Promise<Bootstrapped> => {
  if ((await directory.find(TENANT)) === null) await tenants.put(TENANT, settingsOf({}, TENANT), ACTOR);
  const adminKeys = async () => (await keys.list(TENANT)).filter(administers(now));

  const [first] = await adminKeys();
  if (first !== undefined) return { kind: 'done-before', keyId: first.keyId, createdAt: first.createdAt };
  const settings = {
    name: 'bootstrap',
    scopes: ['admin'] as const,
    expiresAt: now + BOOTSTRAP_KEY_MS,
    requestsPerMinute: null,
    dailyBudgetUsd: null,
  };
  const { key, stored } = await keys.create(TENANT, settings, ACTOR);
  // Each looks again after it has written, so that of two at least one sees the other.
  if ((await adminKeys()).some(({ keyId }) => keyId !== stored.keyId)) {
    await keys.revoke(TENANT, stored.keyId, ACTOR);
    return { kind: 'contended' };
  }
  return { kind: 'created', key, keyId: stored.keyId, expiresAt: settings.expiresAt };
};
