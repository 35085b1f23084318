import type { Scope } from '../kernel/forms/scopes.ts';
import type { RedactionClass } from '../redaction/classes.ts';

/** What a key may do on top of its tenant's limits; `null`: no limit of its own. */
export interface KeyLimits {
  readonly requestsPerMinute: number | null;
  /** Decimal US dollars. */
  readonly dailyBudgetUsd: string | null;
}

/** A key as it is stored: its SHA-256, never itself. */
export interface ApiKey extends KeyLimits {
  /** Lower-case hexadecimal SHA-256 of the key. */
  readonly hash: string;
  readonly keyId: string;
  /** The key's first characters, by which people tell keys apart. Default: it was made before they were kept. */
  readonly keyPrefix?: string;
  readonly tenantId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Epoch milliseconds; `null`: never. */
  readonly expiresAt: number | null;
}

/** Guards that may decide and log without refusing. */
export const SHADOWS = ['rate', 'budget', 'redaction', 'input'] as const;
export type Shadow = (typeof SHADOWS)[number];

/** What an administrator sets of a tenant, in the contract's words; `null`: no limit. Money is decimal US dollars. */
export interface TenantSettings {
  readonly name: string;
  readonly status: 'active' | 'suspended';
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  readonly maxConcurrentRuns: number | null;
  readonly userRequestsPerMinute: number | null;
  readonly dailyBudgetUsd: string | null;
  readonly monthlyBudgetUsd: string | null;
  readonly userDailyBudgetUsd: string | null;
  /** Items over which the tenant's reservations are spread; `null`: one. */
  readonly budgetShards: number | null;
  /** Of each session, over all of its runs. */
  readonly sessionBudgetUsd: string | null;
  readonly allowedModels: readonly string[] | null;
  readonly allowedAgents: readonly string[] | null;
  readonly allowedTools: readonly string[] | null;
  /** By model, those that stand in for it, in order. */
  readonly fallbackModels: Readonly<Record<string, readonly string[]>> | null;
  readonly maxModelCalls: number | null;
  readonly maxRetries: number | null;
  readonly cacheTtlSeconds: number | null;
  readonly allowUnboundedFeatures: boolean;
  /** Whether secrets are replaced in all that its callers get. */
  readonly redactOutput: boolean;
  /** Which kinds of them; `null`: the default ones. */
  readonly redact: readonly RedactionClass[] | null;
  readonly webhookUrl: string | null;
  readonly shadow: readonly Shadow[];
}

export interface Tenant extends TenantSettings {
  readonly tenantId: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Raised by each change; a write states the one it read. */
  readonly version: number;
  /** Raised to make every cached answer of the tenant stale at once. */
  readonly cacheVersion: number;
}

/** What a tenant is that nobody has limited. */
export const UNLIMITED: Omit<TenantSettings, 'name'> = {
  status: 'active',
  requestsPerMinute: null,
  tokensPerMinute: null,
  maxConcurrentRuns: null,
  userRequestsPerMinute: null,
  dailyBudgetUsd: null,
  monthlyBudgetUsd: null,
  userDailyBudgetUsd: null,
  budgetShards: null,
  sessionBudgetUsd: null,
  allowedModels: null,
  allowedAgents: null,
  allowedTools: null,
  fallbackModels: null,
  maxModelCalls: null,
  maxRetries: null,
  cacheTtlSeconds: null,
  allowUnboundedFeatures: false,
  redactOutput: false,
  redact: null,
  webhookUrl: null,
  shadow: [],
};

/** A tenant as it begins: named after its id where nobody names it. */
export const newTenant = (tenantId: string, now: number, settings: Partial<TenantSettings> = {}): Tenant => ({
  ...UNLIMITED,
  name: tenantId,
  ...settings,
  tenantId,
  createdAt: now,
  updatedAt: now,
  version: 1,
  cacheVersion: 0,
});

/** Whom a token was issued to. */
export interface Bearer {
  /** `sub`: the person or program that the issuer names, 1 to 256 characters; `null` where it names nobody. */
  readonly subject: string | null;
  /** Of `jti`, by which the issuer knows the token; `null` where it has none. */
  readonly tokenHash: string | null;
}

/** Who asks, as the credential says; nothing of it comes from the request. */
export interface Principal {
  readonly tenantId: string;
  /** `jwt` where a token and no key was presented. */
  readonly keyId: string;
  readonly scopes: readonly Scope[];
  /** As it was within the last minute. */
  readonly tenant: Tenant;
  readonly keyLimits: KeyLimits;
  /** Default: a key and no token was presented. */
  readonly bearer?: Bearer;
}

/** Who has changed something, for the audit: `subject` and `tokenHash` where a token was presented. */
export interface Actor extends Partial<Bearer> {
  readonly tenantId: string;
  readonly keyId: string;
}

export interface ApiKeyStore {
  find(hash: string): Promise<ApiKey | null>;
  /** `false` when the hash is taken. */
  add(key: ApiKey): Promise<boolean>;
}

export interface TenantStore {
  find(tenantId: string): Promise<Tenant | null>;
  /** `false` when the tenant is there already. */
  add(tenant: Tenant): Promise<boolean>;
}

/** All tenants, for administrators and for what looks after everybody's accounts. */
export interface TenantDirectory extends TenantStore {
  /** Writes a tenant over the one of `version`; `false` when that one is gone or was changed since. */
  replace(tenant: Tenant, version: number): Promise<boolean>;
  /** In the order of their ids. */
  list(): AsyncIterable<Tenant>;
}

/** A tenant's keys, for administrators. */
export interface ApiKeyDirectory extends ApiKeyStore {
  /** In the order of their birth. */
  list(tenantId: string): Promise<readonly ApiKey[]>;
  /** `false` when the tenant has no such key. */
  revoke(tenantId: string, keyId: string): Promise<boolean>;
}

/** A change that an administrator made. */
export interface AuditEntry {
  readonly entryId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly actor: Actor;
  /** As `tenant.created`, `tenant.replaced`, `tenant.patched`, `key.created`, `key.revoked`, `circuit.set`, `cache.invalidated`. */
  readonly action: string;
  /** What was changed: a tenant, `tenant/key` or a circuit. */
  readonly target: string;
  /** Settings before and after, by name; never a secret. */
  readonly changes: Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;
}

export interface AuditLog {
  /** Adds an entry; one of the same instant and id is there already, and stays as it is. */
  add(entry: AuditEntry): Promise<void>;
  /** Newest first, those of one instant by the order of writing, from the entry after `cursor` on; a cursor that is none is refused with `invalid-request`. */
  list(options: { readonly cursor: string | null; readonly limit: number }): Promise<{
    readonly entries: readonly AuditEntry[];
    readonly nextCursor: string | null;
  }>;
}
