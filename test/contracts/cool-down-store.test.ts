import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { createDynamoDbCoolDownStore } from '../../lib/cool-down/dynamodb-store.ts';
import { createMemoryCoolDownStore } from '../../lib/cool-down/memory-store.ts';
import { s } from '../../lib/dynamodb/attributes.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import { epochSeconds } from '../../lib/kernel/clock.ts';
import { describeOnDynamoDb, TABLE_NAMES } from '../dynamodb.ts';
import { answered, faulty } from '../dynamodb/faulty-client.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { moving } from '../circuit-breaker/parts.ts';
import { coolDownStoreContract } from './cool-down-store.contract.ts';

describe('cool-downs in memory', () => coolDownStoreContract((clock) => createMemoryCoolDownStore({ clock })));

describeOnDynamoDb('cool-downs', (engine) => {
  const control = () => engine().table('ControlTable');
  coolDownStoreContract((clock) => createDynamoDbCoolDownStore({ table: control(), clock }));

  it('can be swept when they have ended, and no earlier', async () => {
    const clock = createFakeClock();
    const until = clock.now() + 1_001;
    await createDynamoDbCoolDownStore({ table: control(), clock }).extend('swept', 'key-1', until);
    const Key = { pk: { S: 'cool#swept' }, sk: { S: 'key-1' } };
    const { Item } = await engine().sdk.send(new GetItemCommand({ TableName: TABLE_NAMES.ControlTable, Key }));
    expect(Item).toMatchObject({ until: { N: String(until) }, expiresAt: { N: String(epochSeconds(until)) } });
  });

  it('know their own work after a lost answer', async () => {
    const clock = createFakeClock();
    const client = faulty(engine().client, ['lost']);
    const table = createTable({ client, name: TABLE_NAMES.ControlTable, clock, random: seededRandom(1) });
    const store = createDynamoDbCoolDownStore({ table, clock });
    const extending = store.extend('lost', 'key-1', clock.now() + 1_000);
    expect(await moving(clock, extending)).toBe(true);
    expect(client.requests).toBe(2);
  });

  it('are `store-unavailable` where the store does not answer', async () => {
    const clock = createFakeClock();
    const down = () => engine().table('ControlTable', faulty(engine().client, [answered(400, 'AccessDenied')]));
    const store = () => createDynamoDbCoolDownStore({ table: down(), clock });
    const unavailable = { code: 'store-unavailable' };
    await expect(store().extend('down', 'key-1', clock.now() + 1_000)).rejects.toMatchObject(unavailable);
    await expect(store().list('down')).rejects.toMatchObject(unavailable);
  });

  it('give no answer where somebody else wrote the item', async () => {
    await control().put({ pk: s('cool#foreign'), sk: s('key-1'), until: s('tomorrow') });
    const store = createDynamoDbCoolDownStore({ table: control(), clock: createFakeClock() });
    await expect(store.list('foreign')).rejects.toMatchObject({ code: 'internal' });
  });
});
