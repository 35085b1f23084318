import { expect, it } from 'vitest';
import { createTable } from '../../lib/dynamodb/table.ts';
import type { DynamoDb } from '../../lib/dynamodb/types.ts';
import { createDynamoDbApiKeyStore, createDynamoDbTenantStore } from '../../lib/tenants/dynamodb-store.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';

// What is read may be remembered for 60 s. An eventually consistent read would add its own delay to the minute that the
// contract gives, and could be remembered again right after an administrator's change.
it('keys and tenants are read strongly', async () => {
  const asked: (boolean | undefined)[] = [];
  const client = {
    send: async (operation: string, input: { readonly ConsistentRead?: boolean | undefined }) => {
      if (operation === 'GetItem' || operation === 'Query') asked.push(input.ConsistentRead);
      return {};
    },
  } as DynamoDb;
  const table = createTable({ client, name: 'ledger', clock: createFakeClock(), random: seededRandom(1) });
  const [keys, tenants] = [createDynamoDbApiKeyStore(table), createDynamoDbTenantStore(table)];
  await keys.find('hash');
  await keys.list('acme');
  await keys.revoke('acme', 'key_1');
  await tenants.find('acme');
  for await (const tenant of tenants.list()) expect(tenant).toBeUndefined();
  expect(asked).toEqual([true, true, true, true, true]);
});
