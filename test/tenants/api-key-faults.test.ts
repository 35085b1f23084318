import { expect, it } from 'vitest';
import { createTable, type Table } from '../../lib/dynamodb/table.ts';
import type { DynamoDb } from '../../lib/dynamodb/types.ts';
import type { Clock } from '../../lib/kernel/clock.ts';
import { createDynamoDbApiKeyStore } from '../../lib/tenants/dynamodb-store.ts';
import type { ApiKey, ApiKeyDirectory } from '../../lib/tenants/types.ts';
import { describeOnDynamoDb, TABLE_NAMES } from '../dynamodb.ts';
import { type Fault, faulty, unanswered } from '../dynamodb/faulty-client.ts';
import { seededRandom } from '../seeded-random.ts';
import { apiKey } from './parts.ts';

/** Requests of adding a key, and of revoking one: each may be the last of its process. */
const REQUESTS = { add: 3, revoke: 3 } as const;

/** A clock without pauses, for what is sent again. */
const hurried: Clock = {
  now: () => 0,
  monotonicMs: () => 0,
  after(_, act) {
    setImmediate(act);
    return () => undefined;
  },
};

describeOnDynamoDb('API keys whose writer is interrupted', (engine) => {
  const random = seededRandom(20261122);
  const through = (client: DynamoDb, maxAttempts = 3): Table =>
    createTable({ client, name: TABLE_NAMES.LedgerTable, clock: hurried, random, maxAttempts });
  const healthy = () => createDynamoDbApiKeyStore(through(engine().client));

  /** A store whose process is killed at request n: it was never sent, or was carried out and nobody heard of it. */
  const killedAt = (n: number, carriedOut: boolean): ApiKeyDirectory => {
    const last: Fault = carriedOut ? 'lost' : unanswered();
    const dead = Array.from({ length: 20 }, () => unanswered());
    const faults: Fault[] = [...Array<Fault>(n - 1).fill('ok'), last, ...dead];
    return createDynamoDbApiKeyStore(through(faulty(engine().client, faults), 1));
  };

  /** Of what works, nothing is hidden; and whatever is listed can be revoked, until nothing of it is left. */
  const expectRevocable = async ({ hash, tenantId, keyId }: ApiKey) => {
    const listed = await healthy().list(tenantId);
    if ((await healthy().find(hash)) !== null) expect(listed.map((key) => key.hash)).toEqual([hash]);
    for (const key of listed) expect(await healthy().revoke(tenantId, key.keyId)).toBe(true);
    expect(await healthy().find(hash)).toBeNull();
    expect(await healthy().list(tenantId)).toEqual([]);
    expect(await healthy().revoke(tenantId, keyId)).toBe(false);
  };

  const moments = (['add', 'revoke'] as const).flatMap((operation) =>
    Array.from({ length: REQUESTS[operation] }, (_, at) =>
      [false, true].map((carriedOut) => ({ operation, n: at + 1, carriedOut })),
    ).flat(),
  );

  it.each(moments)('killed at request $n of $operation (carried out: $carriedOut)', async (moment) => {
    const { operation, n, carriedOut } = moment;
    const tenantId = `killed-${operation}-${n}-${carriedOut}`;
    const key = apiKey(tenantId, { tenantId });
    const store = killedAt(n, carriedOut);
    if (operation === 'revoke') await healthy().add(key);
    const act = operation === 'add' ? store.add(key) : store.revoke(tenantId, key.keyId);
    await expect(act).rejects.toMatchObject({ code: 'store-unavailable' });
    await expectRevocable(key);
  });

  it.each(moments.filter(({ carriedOut }) => carriedOut))('lost answer to request $n of $operation', async (moment) => {
    const { operation, n } = moment;
    const tenantId = `lost-${operation}-${n}`;
    const key = apiKey(tenantId, { tenantId });
    const client = faulty(engine().client, [...Array<Fault>(n - 1).fill('ok'), 'lost']);
    const store = createDynamoDbApiKeyStore(through(client));
    if (operation === 'revoke') await healthy().add(key);
    expect(await (operation === 'add' ? store.add(key) : store.revoke(tenantId, key.keyId))).toBe(true);
    expect(client.requests).toBe(REQUESTS[operation] + 1);
    await expectRevocable(key);
  });

  it.each([1, 2])('a key that is added again after a kill at request %i works and is listed', async (n) => {
    const tenantId = `again-${n}`;
    const key = apiKey(tenantId, { tenantId });
    await expect(killedAt(n, true).add(key)).rejects.toMatchObject({ code: 'store-unavailable' });
    await healthy().add(key);
    expect(await healthy().find(key.hash)).toEqual(key);
    expect(await healthy().list(tenantId)).toEqual([key]);
  });

  /** A store in which something else happens right after the key that is being added was listed. */
  const onceListed = (act: () => Promise<unknown>): ApiKeyDirectory => {
    const table = through(engine().client);
    return createDynamoDbApiKeyStore({
      ...table,
      async putNewOrFind(item, options) {
        const found = await table.putNewOrFind(item, options);
        if (item['pk']?.S?.startsWith('tenant-keys#')) await act();
        return found;
      },
    });
  };

  it('a key that is revoked while it is being added does not work', async () => {
    const key = apiKey('in-between', { tenantId: 'in-between' });
    expect(await onceListed(() => healthy().revoke(key.tenantId, key.keyId)).add(key)).toBe(false);
    await expectRevocable(key);
  });

  it('a key that two add at once stays listed, whoever of them comes second', async () => {
    const key = apiKey('two-at-once', { tenantId: 'two-at-once' });
    expect(await onceListed(() => healthy().add(key)).add(key)).toBe(false);
    expect(await healthy().find(key.hash)).toEqual(key);
    expect(await healthy().list(key.tenantId)).toEqual([key]);
  });

  it('what is listed of a hash that was taken does not let its tenant revoke the key of another', async () => {
    const theirs = apiKey('theirs', { tenantId: 'victim' });
    await healthy().add(theirs);
    const claimed = { ...theirs, tenantId: 'mallory', keyId: 'key_mallory' };
    await expect(killedAt(1, true).add(claimed)).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(await healthy().list('mallory')).toEqual([claimed]);
    expect(await healthy().revoke('mallory', 'key_mallory')).toBe(true);
    expect(await healthy().find(theirs.hash)).toEqual(theirs);
    expect(await healthy().list('mallory')).toEqual([]);
  });

  it('a key itself is in no item, only its hash', async () => {
    const key = apiKey('canary-key', { tenantId: 'canary' });
    await healthy().add(key);
    const table = through(engine().client);
    const items = [await table.get({ pk: `key#${key.hash}`, sk: 'key' })];
    for await (const item of table.query('tenant-keys#canary', '')) items.push(item);
    expect(items).toHaveLength(2);
    expect(JSON.stringify(items)).not.toContain('canary-key');
  });
});
