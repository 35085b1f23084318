import type { Note } from '../../lib/administration/audited.ts';
import type { Table } from '../../lib/dynamodb/table.ts';
import type { Clock } from '../../lib/kernel/clock.ts';
import { concurrently } from '../../lib/kernel/concurrently.ts';
import type { ActiveRuns } from '../../lib/runs/active.ts';
import type { InboxStore } from '../../lib/runs/inbox/inbox.ts';
import { type ApiKeyDirectory, newTenant, type Tenant, type TenantDirectory } from '../../lib/tenants/types.ts';
import { forgetBooks, type ForgetBooksParts } from './forget-books.ts';
import { isOwn, kindOf, type ScannedTable } from './own-items.ts';
import type { ScanKeys } from './scan-keys.ts';

export interface ForgetTenantParts extends ForgetBooksParts {
  readonly clock: Clock;
  readonly note: Note;
  readonly tenants: TenantDirectory;
  readonly keys: Pick<ApiKeyDirectory, 'list' | 'revoke'>;
  readonly active: Pick<ActiveRuns, 'list'>;
  readonly inbox: Pick<InboxStore, 'cancel'>;
  /** How many calls of the tenant are not on the books yet. */
  readonly parked: (tenantId: string) => Promise<number>;
  readonly scan: ScanKeys;
  readonly tables: Readonly<Record<ScannedTable, { readonly name: string; readonly table: Pick<Table, 'remove'> }>>;
}

export type Forgotten =
  | { readonly kind: 'unknown' }
  /** Workers have still something to write; nothing was erased but the keys. */
  | { readonly kind: 'under-way'; readonly runs: number }
  /** What was there is erased; a request that was under way may write until `quietAt` (epoch milliseconds). */
  | { readonly kind: 'again'; readonly quietAt: number; readonly parked: number; readonly erased: Erased }
  | { readonly kind: 'forgotten'; readonly erased: Erased };

/** How many of what, by the names of docs/data.md. */
export type Erased = ReadonlyMap<string, number>;

/** A process may take a suspended tenant for an active one for a minute, and no function works longer than 15. */
export const QUIET_AFTER_MS = 60_000 + 900_000;
/** Items removed at a time. */
const AT_ONCE = 16;
const TRIES = 5;

const ACTOR = { tenantId: 'admin', keyId: 'forget-tenant' };

/** Writes a tenant over the one that is there, whoever else writes. Throws where others always come first. */
const changed = async (tenants: TenantDirectory, tenantId: string, change: (tenant: Tenant) => Tenant) => {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const tenant = await tenants.find(tenantId);
    if (tenant === null) return;
    const next = change(tenant);
    if (next === tenant) return;
    if (await tenants.replace({ ...next, version: tenant.version + 1 }, tenant.version)) return;
  }
  throw new Error('Others change the tenant all the time.');
};

/** Suspended, with none of its settings; what its instants tell stays, so that being called again changes nothing. */
const bare = (tenant: Tenant): Tenant => {
  const { tenantId, createdAt, updatedAt, version, cacheVersion } = tenant;
  const next = { ...newTenant(tenantId, createdAt, { status: 'suspended' }), updatedAt, version, cacheVersion };
  return JSON.stringify(next) === JSON.stringify(tenant) ? tenant : next;
};

/**
 * Erases what a tenant has written and was told, its end users' names and its keys; amounts stay on the books. It may be
 * killed anywhere and called again, and ends the same. `forgotten` is said only when nothing can come late.
 */
export const forgetTenant = async (parts: ForgetTenantParts, tenantId: string): Promise<Forgotten> => {
  const { clock, note, tenants, keys, active, inbox, scan, tables } = parts;
  const found = await tenants.find(tenantId);
  if (found === null) return { kind: 'unknown' };

  await note({ actor: ACTOR, action: 'tenant.forgotten', target: tenantId, changes: {} });
  await changed(tenants, tenantId, (tenant) =>
    tenant.status === 'suspended' ? tenant : { ...tenant, status: 'suspended', updatedAt: clock.now() },
  );
  const revoked = await keys.list(tenantId);
  for (const { keyId } of revoked) await keys.revoke(tenantId, keyId);

  const unfinished = await active.list(tenantId);
  const at = clock.now();
  await concurrently(unfinished, AT_ONCE, (run) => inbox.cancel(run, { keyId: ACTOR.keyId, at }));
  if (unfinished.length > 0) return { kind: 'under-way', runs: unfinished.length };

  const erased = new Map<string, number>(revoked.length > 0 ? [['ledger key#*', revoked.length]] : []);
  const count = (kind: string, by = 1): void => void erased.set(kind, (erased.get(kind) ?? 0) + by);
  for (const name of ['runs', 'control'] as const) {
    await concurrently(scan(tables[name].name, tenantId), AT_ONCE, async (key) => {
      if (!isOwn(name, tenantId, key)) return;
      if (await tables[name].table.remove(key, { has: ['pk'] })) count(kindOf(name, key));
    });
  }
  const books = await forgetBooks(parts, found, clock.now());
  if (books > 0) count('ledger usage#*, user-name#*', books);

  const parked = await parts.parked(tenantId);
  const quietAt = ((await tenants.find(tenantId)) ?? found).updatedAt + QUIET_AFTER_MS;
  if (parked > 0 || quietAt > clock.now()) return { kind: 'again', quietAt, parked, erased };
  await changed(tenants, tenantId, bare);
  return { kind: 'forgotten', erased };
};
