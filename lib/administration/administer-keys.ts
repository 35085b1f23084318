import { hashKey, keyPrefixOf } from '../identity/issue-key.ts';
import type { KeyUses } from '../identity/key-uses.ts';
import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { KeySettings } from '../tenants/key-schema.ts';
import type { Actor, ApiKey, ApiKeyDirectory, TenantDirectory } from '../tenants/types.ts';
import { changesBetween, type Note } from './audited.ts';

/** A new key, and the only time that it is told. */
export interface IssuedKey {
  readonly key: string;
  readonly stored: ApiKey;
}

/** A key with the hour in which it was last used. */
export interface UsedKey extends ApiKey {
  /** Epoch milliseconds, as that hour began; `null`: not as far as is known. */
  readonly lastUsedAt: number | null;
}

export interface KeyAdministration {
  /** Throws `not-found` where there is no such tenant. */
  create(tenantId: string, settings: KeySettings, actor: Actor): Promise<IssuedKey>;
  /** In the order of their birth. Throws `not-found` where there is no such tenant. */
  list(tenantId: string): Promise<readonly UsedKey[]>;
  /** Throws `not-found` where the tenant has no such key. */
  revoke(tenantId: string, keyId: string, actor: Actor): Promise<void>;
}

export interface KeyAdministrationOptions {
  readonly keys: ApiKeyDirectory;
  /** Default: nobody knows when keys were used. */
  readonly keyUses?: Pick<KeyUses, 'of'>;
  readonly tenants: Pick<TenantDirectory, 'find'>;
  /** A fresh key with its id. */
  readonly issue: () => { readonly keyId: string; readonly key: string };
  readonly note: Note;
  readonly clock: Clock;
  /** Whoever remembers keys of the tenant forgets them, whether or not the change was seen to succeed. */
  readonly onChanged: (tenantId: string) => void;
}

const noTenant = () => new AppError('not-found', safe`There is no tenant of this id.`);
// It met a namesake, or was revoked before anybody was told: with another key it will do.
const notStored = () => new AppError('store-unavailable', safe`The key could not be stored.`, { retryAfterMs: 1_000 });
const noKey = () => new AppError('not-found', safe`The tenant has no key of this id.`);

export const createKeyAdministration = (options: KeyAdministrationOptions): KeyAdministration => {
  const { keys, keyUses, tenants, issue, note, clock, onChanged } = options;
  const list = async (tenantId: string): Promise<UsedKey[]> => {
    const [tenant, found, uses] = await Promise.all([
      tenants.find(tenantId),
      keys.list(tenantId),
      keyUses?.of(tenantId),
    ]);
    if (tenant === null) throw noTenant();
    return found.map((key) => ({ ...key, lastUsedAt: uses?.get(key.keyId) ?? null }));
  };
  return {
    list,
    async create(tenantId, settings, actor) {
      if ((await tenants.find(tenantId)) === null) throw noTenant();
      const { keyId, key } = issue();
      const kept = { hash: hashKey(key), keyPrefix: keyPrefixOf(key) };
      const stored: ApiKey = { ...settings, ...kept, keyId, tenantId, createdAt: clock.now() };
      const changes = changesBetween(null, settings);
      await note({ actor, action: 'key.created', target: `${tenantId}/${keyId}`, changes });
      if (!(await keys.add(stored))) throw notStored();
      onChanged(tenantId);
      return { key, stored };
    },
    async revoke(tenantId, keyId, actor) {
      const found = (await list(tenantId)).find((key) => key.keyId === keyId);
      if (found === undefined) throw noKey();
      const changes = { name: { from: found.name, to: null } };
      await note({ actor, action: 'key.revoked', target: `${tenantId}/${keyId}`, changes });
      try {
        if (!(await keys.revoke(tenantId, keyId))) throw noKey();
      } finally {
        onChanged(tenantId);
      }
    },
  };
};
