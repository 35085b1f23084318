import { describe } from 'vitest';
import { createMemoryAuditLog } from '../../lib/administration/memory-audit-log.ts';
import { createMemoryRunStore } from '../../lib/runs/memory-store.ts';
import { createMemoryApiKeyStore, createMemoryTenantStore } from '../../lib/tenants/memory-store.ts';
import { createMemoryUsageStore } from '../../lib/usage/memory-store.ts';
import { auditLogContract } from './audit-log.contract.ts';
import { runStoreContract } from './run-store.contract.ts';
import { apiKeyStoreContract, tenantStoreContract } from './tenant-stores.contract.ts';
import { usageStoreContract } from './usage-store.contract.ts';

describe('usage records in memory', () => usageStoreContract(createMemoryUsageStore));
describe('API keys in memory', () => apiKeyStoreContract(createMemoryApiKeyStore));
describe('tenants in memory', () => tenantStoreContract(createMemoryTenantStore));
describe('the audit log in memory', () => auditLogContract(createMemoryAuditLog));
describe('runs in memory', () =>
  runStoreContract((clock, retentionMs) => createMemoryRunStore({ clock, retentionMs })));
