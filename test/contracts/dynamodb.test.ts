import { describe } from 'vitest';
import { createDynamoDbAuditLog } from '../../lib/administration/dynamodb-audit-log.ts';
import { createDynamoDbRunStore } from '../../lib/runs/dynamodb-store.ts';
import { createDynamoDbApiKeyStore, createDynamoDbTenantStore } from '../../lib/tenants/dynamodb-store.ts';
import { createDynamoDbUsageStore } from '../../lib/usage/dynamodb-store.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { seededRandom } from '../seeded-random.ts';
import { auditLogContract } from './audit-log.contract.ts';
import { runStoreContract } from './run-store.contract.ts';
import { apiKeyStoreContract, tenantStoreContract } from './tenant-stores.contract.ts';
import { usageStoreContract } from './usage-store.contract.ts';

describeOnDynamoDb('the store contracts', (engine) => {
  // One for all stores of the file: each with the same seed would give two writers the same ids.
  const random = seededRandom(20261120);

  describe('usage records', () => usageStoreContract(() => createDynamoDbUsageStore(engine().table('LedgerTable'))));
  describe('API keys', () => apiKeyStoreContract(() => createDynamoDbApiKeyStore(engine().table('LedgerTable'))));
  describe('tenants', () => tenantStoreContract(() => createDynamoDbTenantStore(engine().table('LedgerTable'))));
  describe('the audit log', () => {
    // Opened when it is first used, because the engine is not there before.
    const open = () => createDynamoDbAuditLog(engine().table('LedgerTable'));
    auditLogContract(() => ({ add: (entry) => open().add(entry), list: (options) => open().list(options) }));
  });
  describe('runs', () =>
    runStoreContract((clock, retentionMs) =>
      createDynamoDbRunStore({ table: engine().table('RunsTable'), clock, random, retentionMs, longestWaitMs: 0 }),
    ));
});
