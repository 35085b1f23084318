import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { createTable } from '../../lib/dynamodb/table.ts';
import { epochSeconds } from '../../lib/kernel/clock.ts';
import { createDynamoDbSlotStore } from '../../lib/rate-limit/dynamodb-slot-store.ts';
import { createDynamoDbRateStore } from '../../lib/rate-limit/dynamodb-store.ts';
import { createMemorySlotStore } from '../../lib/rate-limit/memory-slot-store.ts';
import { createMemoryRateStore } from '../../lib/rate-limit/memory-store.ts';
import { fromMs } from '../../lib/rate-limit/rate.ts';
import { promptClock } from '../budget/parts.ts';
import { describeOnDynamoDb, TABLE_NAMES } from '../dynamodb.ts';
import { NOW } from '../rate-limit/parts.ts';
import { createSimulatedDynamoDb } from '../simulated-dynamodb.ts';
import { rateStoreContract } from './rate-store.contract.ts';
import { slotStoreContract } from './slot-store.contract.ts';

describe('buckets in memory', () => rateStoreContract(createMemoryRateStore));
describe.each([1, 2, 7, 64])('buckets on the simulated engine, in groups of up to %i', (most) =>
  rateStoreContract(() => {
    const { client } = createSimulatedDynamoDb({ now: () => NOW });
    return createDynamoDbRateStore({
      table: createTable({ client, name: 'control', clock: promptClock, random: () => 0 }),
      most,
    });
  }),
);
describe('slots in memory', () => slotStoreContract(createMemorySlotStore));

describeOnDynamoDb('buckets', (engine) => {
  const create = () => createDynamoDbRateStore({ table: engine().table('ControlTable') });
  rateStoreContract(create);

  it.each([
    ['set', { set: fromMs(NOW) }],
    ['moved', { add: fromMs(0) }],
  ] as const)('can be swept when they are full again, as last told: %s', async (_title, change) => {
    const expiresAt = epochSeconds(NOW + 60_000 + ('set' in change ? 0 : 5_000));
    const from = 'set' in change ? null : 0n;
    expect(await create().move('swept', { from, to: fromMs(NOW), change }, { expiresAt })).toMatchObject({
      applied: true,
    });
    const Key = { pk: { S: 'rate#swept' }, sk: { S: 'rate' } };
    const { Item } = await engine().sdk.send(new GetItemCommand({ TableName: TABLE_NAMES.ControlTable, Key }));
    expect(Item).toMatchObject({ tat: { N: String(fromMs(NOW)) }, expiresAt: { N: String(expiresAt) } });
  });
});

describeOnDynamoDb('slots', (engine) => {
  slotStoreContract(() => createDynamoDbSlotStore({ table: engine().table('ControlTable') }));
});
