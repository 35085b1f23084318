import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createSdkClient, throughSdk } from '../../lib/dynamodb/client.ts';
import { systemClock } from '../../local/system-clock.ts';
import { serve } from '../aws-sdk/serving.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { DUMMY_CONNECTION, TABLE_NAMES } from '../dynamodb-names.ts';

const connect = (endpoint: string) => throughSdk(createSdkClient({ ...DUMMY_CONNECTION, endpoint }, systemClock));

const READ = { TableName: 'any', Key: { pk: { S: 'p' }, sk: { S: 's' } } };

describe('the DynamoDB client', () => {
  it('never repeats a request by itself', async () => {
    const { url, seen } = await serve((response) => void response.writeHead(500).end('{}'));
    const client = connect(url);
    await expect(client.send('GetItem', READ)).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    expect(seen.requests).toBe(1);
    client.destroy();
  });

  it('keeps its connection for the next request', async () => {
    const { url, seen } = await serve((response) => void response.end('{}'));
    const client = connect(url);
    for (let request = 0; request < 3; request += 1) await client.send('GetItem', READ);
    expect(seen).toEqual({ requests: 3, connections: 1 });
    client.destroy();
  });

  it('has fifty connections at most, and what is beyond waits for one', async () => {
    const { url, seen } = await serve((response) => void setTimeout(() => response.end('{}'), 30));
    const client = connect(url);
    await Promise.all(Array.from({ length: 120 }, () => client.send('GetItem', READ)));
    expect(seen).toEqual({ requests: 120, connections: 50 });
    client.destroy();
  });

  it('gives up on an answer that does not come, on headers that do not end, and on a body that does not', async () => {
    const silent = await serve(() => undefined);
    const dripping = await serve(({ socket }) => {
      socket?.write('HTTP/1.1 200 OK\r\n');
      const drip = setInterval(() => socket?.write('x-more: 1\r\n'), 200);
      socket?.once('close', () => clearInterval(drip));
    });
    const begun = await serve((response) => void response.writeHead(200).write('{"Item'));
    const clients = [silent, dripping, begun].map(({ url }) => connect(url));
    // Each waits out the same time: beside each other they wait once.
    const [first, second, third] = await Promise.allSettled(clients.map((client) => client.send('GetItem', READ)));
    expect(first).toMatchObject({ status: 'rejected', reason: { name: 'TimeoutError' } });
    expect(second).toMatchObject({ status: 'rejected', reason: { name: 'TimeoutError' } });
    expect(third).toMatchObject({ status: 'rejected', reason: expect.any(Error) as Error });
    for (const client of clients) client.destroy();
  });

  describeOnDynamoDb('asking', (engine) => {
    const TableName = TABLE_NAMES.ControlTable;
    const all = {
      pk: { S: 'all kinds' },
      sk: { S: '\u0000é\u2028𝒳"\\' },
      bytes: { B: Uint8Array.from([0, 255, 128, 10]) },
      manyBytes: { BS: [Uint8Array.from([1]), Uint8Array.from([2, 3])] },
      number: { N: '12345678901234567890123456789012345678' },
      nothing: { NULL: true },
      not: { BOOL: false },
      words: { SS: ['a', 'b'] },
      numbers: { NS: ['1', '2'] },
      list: { L: [{ S: '' }, { B: Uint8Array.from([7]) }, { L: [{ M: {} }] }] },
      map: { M: { in: { M: { bytes: { B: Uint8Array.from([9, 9]) } } }, ['__proto__']: { S: 'x' } } },
    } as const;

    it('writes and reads each kind of attribute', async () => {
      const client = connect(engine().endpoint);
      await client.send('PutItem', {
        TableName,
        Item: {
          ...all,
          manyBytes: { BS: [...all.manyBytes.BS] },
          words: { SS: ['a', 'b'] },
          numbers: { NS: ['1', '2'] },
          list: { L: [...all.list.L] as never },
        },
      });
      const Key = { pk: all.pk, sk: all.sk };
      const { Item = {} } = await client.send('GetItem', { TableName, Key, ConsistentRead: true });
      expect(plain(Item)).toEqual(plain(all));
      expect(Item['bytes']?.B).toBeInstanceOf(Uint8Array);
      client.destroy();
    });

    it('is told what a refused write found, bytes among it', async () => {
      const client = connect(engine().endpoint);
      const Item = { pk: { S: 'taken' }, sk: { S: 's' }, bytes: { B: Uint8Array.from([1, 2]) } };
      const input = {
        TableName,
        Item,
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      } as const;
      await client.send('PutItem', input);
      const refused = await client.send('PutItem', input).catch((error: unknown) => error);
      expect(refused).toMatchObject({
        name: 'ConditionalCheckFailedException',
        $metadata: { httpStatusCode: 400 },
      });
      expect(plain((refused as { Item: object }).Item)).toEqual(plain(Item));
      client.destroy();
    });

    it('pages by bytes, changes and deletes', async () => {
      const client = connect(engine().endpoint);
      const key = (sk: string) => ({ pk: { S: 'paged' }, sk: { S: sk } });
      for (const sk of ['1', '2', '3'])
        await client.send('PutItem', { TableName, Item: { ...key(sk), bytes: { B: Uint8Array.from([Number(sk)]) } } });
      const query = {
        TableName,
        KeyConditionExpression: 'pk = :pk',
        Limit: 2,
        ExpressionAttributeValues: { ':pk': { S: 'paged' } },
      };
      const first = await client.send('Query', query);
      expect(first.Items?.map(({ bytes }) => bytes?.B?.[0])).toEqual([1, 2]);
      const rest = await client.send('Query', { ...query, ExclusiveStartKey: first.LastEvaluatedKey });
      expect(rest.Items?.map(({ bytes }) => bytes?.B?.[0])).toEqual([3]);
      expect(rest.LastEvaluatedKey).toBeUndefined();
      const changed = await client.send('UpdateItem', {
        TableName,
        Key: key('1'),
        ReturnValues: 'UPDATED_NEW',
        UpdateExpression: 'SET #b = :b',
        ExpressionAttributeNames: { '#b': 'bytes' },
        ExpressionAttributeValues: { ':b': { B: Uint8Array.of(8) } },
      });
      expect(changed.Attributes?.['bytes']?.B?.[0]).toBe(8);
      await client.send('DeleteItem', { TableName, Key: key('1') });
      expect((await client.send('GetItem', { TableName, Key: key('1'), ConsistentRead: true })).Item).toBeUndefined();
      client.destroy();
    });

    it('is not taken for silent by a process that was held up itself', async () => {
      const client = connect(engine().endpoint);
      const read = () => client.send('GetItem', { TableName, Key: { pk: { S: 'held up' }, sk: { S: 's' } } });
      await read();
      const answer = read();
      // Over a connection that is there what is asked goes out without a turn of the event loop; no answer is read before one.
      for (let turn = 0; turn < 1_000; turn += 1) await Promise.resolve();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_200);
      await answer;
      client.destroy();
    });

    it('names what it cannot do', async () => {
      const client = connect(engine().endpoint);
      await expect(client.send('GetItem', { ...READ, TableName: 'not-there' })).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
        $metadata: { httpStatusCode: 400 },
      });
      client.destroy();
    });
  });
});

/** Bytes as numbers, whichever class holds them. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, part: unknown) => (isBytes(part) ? Array.from(bytesOf(part)) : part)));
const isBytes = (value: unknown): value is Uint8Array | { type: 'Buffer'; data: number[] } =>
  value instanceof Uint8Array || (typeof value === 'object' && value !== null && 'type' in value && 'data' in value);
const bytesOf = (value: Uint8Array | { readonly data: number[] }) => (value instanceof Uint8Array ? value : value.data);

it('finds region, endpoint and credentials as the SDK does, in a profile too', async () => {
  const keys: (string | undefined)[] = [];
  const { url } = await serve((response, request) => {
    keys.push(/Credential=(\w+)/.exec(request.headers.authorization ?? '')?.[1]);
    response.end('{}');
  });
  const folder = mkdtempSync(join(tmpdir(), 'ballast-profile-'));
  const file = join(folder, 'credentials');
  writeFileSync(file, '[other]\naws_access_key_id=FROMPROFILE\naws_secret_access_key=b\n');
  const script = `
    import { createDynamoDb } from './lib/dynamodb/client.ts';
    import { systemClock } from './local/system-clock.ts';
    await createDynamoDb({ env: process.env, clock: systemClock }).send('GetItem', ${JSON.stringify(READ)});
    process.exit();
  `;
  const own = { AWS_ACCESS_KEY_ID: 'OWN', AWS_SECRET_ACCESS_KEY: 'b' };
  for (const env of [own, { AWS_PROFILE: 'other', AWS_SHARED_CREDENTIALS_FILE: file }])
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...env, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_DYNAMODB: url },
    });
  rmSync(folder, { recursive: true });
  expect(keys).toEqual(['OWN', 'FROMPROFILE']);
});
