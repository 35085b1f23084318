import { createNewItems } from '../../lib/group-commit/new-items.ts';
import { createDynamoDbUsageStore } from '../../lib/usage/dynamodb-store.ts';
import { describeOnDynamoDb, TABLE_NAMES } from '../dynamodb.ts';
import { seededRandom } from '../seeded-random.ts';
import { usageStoreContract } from './usage-store.contract.ts';

const random = seededRandom(20261130);

// Each on tables of its own: the contract has the same tenants each time.
for (const most of [1, 2, 25])
  describeOnDynamoDb(`usage records in groups of up to ${most}`, (engine) =>
    usageStoreContract(() => {
      const table = engine().table('LedgerTable');
      return createDynamoDbUsageStore({
        ...table,
        ...createNewItems({ table, client: engine().client, name: TABLE_NAMES.LedgerTable, random, most }),
      });
    }),
  );
