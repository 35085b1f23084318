import { readFileSync } from 'node:fs';
import { hashKey, keyPrefixOf } from '../lib/identity/issue-key.ts';
import { type Scope, SCOPES } from '../lib/kernel/forms/scopes.ts';
import { type ApiKey, type ApiKeyDirectory, newTenant, type TenantStore } from '../lib/tenants/types.ts';
import { writePrivateFile } from './private-file.ts';

/** A tenant that is there from the start, with the key from the environment. */
export interface DevTenant {
  readonly tenantId: string;
  readonly key: string;
  readonly scopes: readonly Scope[];
}

export const devTenants = (devApiKey: string, devAdminKey: string): DevTenant[] => [
  { tenantId: 'demo', key: devApiKey, scopes: SCOPES.filter((scope) => scope !== 'admin') },
  { tenantId: 'admin', key: devAdminKey, scopes: SCOPES },
];

/** Hashes of the keys that this data directory has seeded, kept so that a key which is replaced can be withdrawn. */
export interface SeededKeys {
  read(): readonly string[];
  write(hashes: readonly string[]): void;
}

export const seededKeysIn = (file: string): SeededKeys => ({
  read() {
    try {
      const hashes: unknown = JSON.parse(readFileSync(file, 'utf8'));
      return Array.isArray(hashes) ? hashes.filter((hash) => typeof hash === 'string') : [];
    } catch {
      return []; // The first start here.
    }
  },
  write(hashes) {
    writePrivateFile(file, JSON.stringify(hashes));
  },
});

export interface SeedOptions {
  readonly tenants: TenantStore;
  /** `remove` is for keys that are in no directory, as those of earlier versions. */
  readonly keys: ApiKeyDirectory & { remove(hash: string): Promise<void> };
  readonly seeded: SeededKeys;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Follows from the key, so that two servers with different keys on one store do not fight for an id. */
const keyIdOf = (tenantId: string, hash: string): string => `dev-${tenantId}-${hash.slice(0, 8)}`;

const isAsWanted = (key: ApiKey | null, { tenantId, scopes }: DevTenant): boolean =>
  key?.tenantId === tenantId &&
  key.keyId === keyIdOf(tenantId, key.hash) &&
  key.expiresAt === null &&
  scopes.join() === key.scopes.join();

/**
 * Makes the development tenants and keys what the environment says; idempotent, and harmless beside another server that
 * does the same. Keys of an earlier start that are no longer wanted stop working.
 */
export const seedTenants = async (wanted: readonly DevTenant[], options: SeedOptions): Promise<void> => {
  const { tenants, keys, seeded, now } = options;
  const current = wanted.map(({ key }) => hashKey(key));
  const earlier = seeded.read().filter((hash) => !current.includes(hash));
  // Noted before they exist: a start that is killed in between forgets none.
  seeded.write([...earlier, ...current]);
  const withdraw = async (hash: string) => {
    await Promise.all(wanted.map(({ tenantId }) => keys.revoke(tenantId, keyIdOf(tenantId, hash))));
    await keys.remove(hash);
  };
  const seed = async (tenant: DevTenant) => {
    const { tenantId, key, scopes } = tenant;
    const hash = hashKey(key);
    const [found] = await Promise.all([keys.find(hash), tenants.add(newTenant(tenantId, now))]);
    if (isAsWanted(found, tenant)) return;
    if (found !== null) await withdraw(hash);
    await keys.add({
      hash,
      keyPrefix: keyPrefixOf(key),
      keyId: keyIdOf(tenantId, hash),
      tenantId,
      name: 'development',
      scopes,
      createdAt: now,
      expiresAt: null,
      requestsPerMinute: null,
      dailyBudgetUsd: null,
    });
  };
  await Promise.all([...wanted.map(seed), ...earlier.map(withdraw)]);
  seeded.write(current);
};
