import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { s } from '../../lib/dynamodb/attributes.ts';
import { epochSeconds } from '../../lib/kernel/clock.ts';
import { createDynamoDbRestStore } from '../../lib/rests/dynamodb-store.ts';
import { createMemoryRestStore } from '../../lib/rests/memory-store.ts';
import { MAX_REST_MS } from '../../lib/rests/rest.ts';
import { describeOnDynamoDb, TABLE_NAMES } from '../dynamodb.ts';
import { answered, faulty } from '../dynamodb/faulty-client.ts';
import { createFakeClock } from '../fake-clock.ts';
import { restStoreContract } from './rest-store.contract.ts';

describe('rests in memory', () => restStoreContract((clock) => createMemoryRestStore({ clock })));

describeOnDynamoDb('rests', (engine) => {
  const control = () => engine().table('ControlTable');
  restStoreContract((clock) => createDynamoDbRestStore({ table: control(), clock }));

  it('can be swept when nobody can know of them any more, and no earlier', async () => {
    const clock = createFakeClock();
    const until = clock.now() + 1_001;
    await createDynamoDbRestStore({ table: control(), clock }).replace('swept', 0, {
      version: 1,
      until,
      probeAt: until,
    });
    const Key = { pk: { S: 'rests' }, sk: { S: 'swept' } };
    const { Item } = await engine().sdk.send(new GetItemCommand({ TableName: TABLE_NAMES.ControlTable, Key }));
    expect(Item).toMatchObject({
      until: { N: String(until) },
      expiresAt: { N: String(epochSeconds(until + MAX_REST_MS)) },
    });
  });

  it('are `store-unavailable` where the store does not answer', async () => {
    const clock = createFakeClock();
    const down = () => engine().table('ControlTable', faulty(engine().client, [answered(400, 'AccessDenied')]));
    const store = () => createDynamoDbRestStore({ table: down(), clock });
    const unavailable = { code: 'store-unavailable' };
    await expect(store().replace('down', 0, { version: 1, until: 1, probeAt: 1 })).rejects.toMatchObject(unavailable);
    await expect(store().get('down')).rejects.toMatchObject(unavailable);
    await expect(store().list('down')).rejects.toMatchObject(unavailable);
  });

  it('give no answer where somebody else wrote the item', async () => {
    await control().put({ pk: s('rests'), sk: s('foreign'), until: s('tomorrow') });
    const store = createDynamoDbRestStore({ table: control(), clock: createFakeClock() });
    await expect(store.get('foreign')).rejects.toMatchObject({ code: 'internal' });
  });
});
