import { describe } from 'vitest';
import { createDynamoDbToolUsageStore } from '../../lib/usage/dynamodb-tool-store.ts';
import { createMemoryToolUsageStore } from '../../lib/usage/memory-tool-store.ts';
import { createDynamoDbRollupStore } from '../../lib/usage/reports/rollups/dynamodb-rollup-store.ts';
import { createMemoryRollupStore } from '../../lib/usage/reports/rollups/memory-rollup-store.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { seededRandom } from '../seeded-random.ts';
import { rollupStoreContract } from './rollup-store.contract.ts';
import { toolUsageStoreContract } from './tool-usage-store.contract.ts';

describe('rollups in memory', () => rollupStoreContract(createMemoryRollupStore));
describe('tool usage in memory', () => toolUsageStoreContract(createMemoryToolUsageStore));

describeOnDynamoDb('the stores behind usage reports', (engine) => {
  const ledger = () => engine().table('LedgerTable');
  describe('rollups', () => rollupStoreContract(() => createDynamoDbRollupStore(ledger(), seededRandom(3))));
  describe('tool usage', () => toolUsageStoreContract(() => createDynamoDbToolUsageStore(ledger())));
});
