import { describe, expect, it } from 'vitest';
import { createDynamoDbCircuitStore } from '../../lib/circuit-breaker/dynamodb-store.ts';
import { createMemoryCircuitStore } from '../../lib/circuit-breaker/memory-store.ts';
import { s } from '../../lib/dynamodb/attributes.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { createFakeClock } from '../fake-clock.ts';
import { circuitStoreContract } from './circuit-store.contract.ts';

describe('circuits in memory', () => circuitStoreContract((clock) => createMemoryCircuitStore({ clock })));

describeOnDynamoDb('circuits', (engine) => {
  circuitStoreContract((clock) => createDynamoDbCircuitStore({ table: engine().table('ControlTable'), clock }));

  it('give no answer where somebody else wrote the item', async () => {
    const table = engine().table('ControlTable');
    await table.put({ pk: s('circuits'), sk: s('foreign'), state: s('ajar') });
    const store = createDynamoDbCircuitStore({ table, clock: createFakeClock() });
    await expect(store.get('foreign')).rejects.toMatchObject({ code: 'internal' });
  });
});
