import { describe, expect, it } from 'vitest';
import { readNumber, s } from '../../lib/dynamodb/attributes.ts';
import { STALE_KEPT_MS } from '../../lib/response-cache/answer.ts';
import { createDynamoDbCacheStore } from '../../lib/response-cache/dynamodb-store.ts';
import { createMemoryCacheStore } from '../../lib/response-cache/memory-store.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { keyFor, NOW } from '../response-cache/parts.ts';
import { cacheStoreContract } from './cache-store.contract.ts';

describe('cached answers in memory', () => cacheStoreContract(createMemoryCacheStore));

describeOnDynamoDb('cached answers', (engine) => {
  const create = () => createDynamoDbCacheStore({ table: engine().table('ControlTable') });
  cacheStoreContract(create);

  it('are swept when they are forgotten, and their flights when these are over', async () => {
    const key = keyFor('swept');
    const packed = { encoding: 'plain', bytes: Buffer.from('x') } as const;
    await create().putAnswer(key, { packed, storedAt: NOW, freshUntil: NOW + 500 });
    await create().lead(key, { owner: 'a', state: 'aloft', endsAt: NOW + 1_500 }, NOW);
    const table = engine().table('ControlTable');
    const items = await Array.fromAsync(table.query(`cache#${key}`, ''));
    expect(items.map((item) => readNumber(item, 'expiresAt') - NOW / 1_000)).toEqual([STALE_KEPT_MS / 1_000 + 1, 2]);
  });

  it('give no answer where somebody else wrote the item', async () => {
    const key = keyFor('foreign');
    await engine()
      .table('ControlTable')
      .put({ pk: s(`cache#${key}`), sk: s('flight'), state: s('adrift') });
    await expect(create().read(key)).rejects.toMatchObject({ code: 'internal' });
  });
});
