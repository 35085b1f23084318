import { settingsIn } from '../tenants/settings-in.ts';
import type { ApiKey, AuditEntry, Tenant } from '../tenants/types.ts';
import type { ShownCircuit } from './administer-circuits.ts';
import type { ShownRest } from './administer-rests.ts';

const instant = (epochMs: number): string => new Date(epochMs).toISOString();
const instantOrNull = (epochMs: number | null): string | null => (epochMs === null ? null : instant(epochMs));

/** The body of `GET /admin/tenants/{tenantId}`. */
export const tenantView = (tenant: Tenant) => ({
  tenantId: tenant.tenantId,
  ...settingsIn(tenant),
  createdAt: instant(tenant.createdAt),
  updatedAt: instant(tenant.updatedAt),
});

/** A key as lists show it: neither itself nor its hash. Named one by one, so that a new field is not shown by itself. */
export const keyView = (key: ApiKey & { readonly lastUsedAt?: number | null }) => ({
  keyId: key.keyId,
  keyPrefix: key.keyPrefix ?? null,
  tenantId: key.tenantId,
  name: key.name,
  scopes: key.scopes,
  createdAt: instant(key.createdAt),
  expiresAt: instantOrNull(key.expiresAt),
  lastUsedAt: instantOrNull(key.lastUsedAt ?? null),
  requestsPerMinute: key.requestsPerMinute,
  dailyBudgetUsd: key.dailyBudgetUsd,
});

/** A circuit as `GET /admin/circuits` shows it. */
export const circuitView = ({ name, state, failures, openedAt, retryAfterMs, word }: ShownCircuit) => ({
  name,
  state,
  failures,
  openedAt: instantOrNull(openedAt),
  retryAfterMs,
  isolatedBy: word?.by ?? null,
  reason: word?.reason ?? null,
  since: state === 'isolated' ? instantOrNull(openedAt) : null,
});

export const restView = ({ name, model, kind, until }: ShownRest) => ({ name, model, kind, until: instant(until) });

/** An entry as `GET /admin/audit` shows it. */
export const auditView = ({ entryId, at, actor, action, target, changes }: AuditEntry) => ({
  entryId,
  at: instant(at),
  actor,
  action,
  target,
  changes,
});
