export const SCOPES = ['runs:write', 'runs:read', 'runs:approve', 'messages:write', 'usage:read', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** A key as it is stored: its SHA-256, never itself. */
export interface ApiKey {
  /** Lower-case hexadecimal SHA-256 of the key. */
  readonly hash: string;
  readonly keyId: string;
  readonly tenantId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Epoch milliseconds; `null`: never. */
  readonly expiresAt: number | null;
}

export interface Tenant {
  readonly tenantId: string;
  readonly name: string;
  readonly status: 'active' | 'suspended';
}

/** Who asks, as the credential says; nothing of it comes from the request. */
export interface Principal {
  readonly tenantId: string;
  readonly keyId: string;
  readonly scopes: readonly Scope[];
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
