import { readFileSync } from 'node:fs';
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ListTablesCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { n, s } from '../../lib/dynamodb/attributes.ts';
import { createTables, readTableDefinitions } from '../../local/tables.ts';
import { describeOnDynamoDb, TABLE_NAMES } from '../dynamodb.ts';

const INFRA = readFileSync(new URL('../../infra/tables.yml', import.meta.url), 'utf8');

const WITH_TAGS = `
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub 'orders-\${AWS::StackName}'
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]
      AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }]
      SSESpecification: { KMSMasterKeyId: !GetAtt Key.Arn, SSEEnabled: !If [Prod, true, false] }
      TimeToLiveSpecification: { AttributeName: gone, Enabled: false }
  Key:
    Type: AWS::KMS::Key
    Properties: { KeyPolicy: !Ref Policy }
`;

describe('the table definitions', () => {
  it('are those of the infrastructure, under the names given', () => {
    const definitions = readTableDefinitions(INFRA, TABLE_NAMES);
    expect(definitions.map(({ name }) => name).sort()).toEqual(['test-control', 'test-ledger', 'test-runs']);
    expect(Object.fromEntries(definitions.map(({ name, ttlAttribute }) => [name, ttlAttribute]))).toEqual({
      'test-control': 'expiresAt',
      'test-ledger': null,
      'test-runs': 'expiresAt',
    });
  });

  it('are read past intrinsic functions, other resources and a switched-off time to live', () => {
    const [orders, ...others] = readTableDefinitions(WITH_TAGS, { Orders: 'my-orders' });
    expect(others).toEqual([]);
    expect(orders).toEqual({
      name: 'my-orders',
      ttlAttribute: null,
      shape: {
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      },
    });
  });

  it('are refused when they and the names have drifted apart', () => {
    expect(() => readTableDefinitions(WITH_TAGS, {})).toThrow('The table Orders was given no name.');
    expect(() => readTableDefinitions(WITH_TAGS, { Orders: 'o', Key: 'k' })).toThrow(
      'There is no table Key in the definitions.',
    );
  });
});

describeOnDynamoDb('creating the tables', (engine) => {
  const named = (prefix: string) => {
    const names = Object.fromEntries(Object.entries(TABLE_NAMES).map(([id, name]) => [id, `${prefix}-${name}`]));
    return readTableDefinitions(INFRA, names);
  };

  it('makes each with its keys, its index and its time to live', async () => {
    const { sdk: client } = engine();
    await createTables(client, named('whole'));
    const { Table: runs } = await client.send(new DescribeTableCommand({ TableName: 'whole-test-runs' }));
    expect(runs).toMatchObject({
      TableStatus: 'ACTIVE',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [{ IndexName: 'byTenant' }],
    });
    const ttl = await client.send(new DescribeTimeToLiveCommand({ TableName: 'whole-test-runs' }));
    expect(ttl.TimeToLiveDescription).toMatchObject({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' });
  });

  it('is safe for several servers at once', async () => {
    const { sdk: client } = engine();
    await Promise.all(Array.from({ length: 5 }, () => createTables(client, named('race'))));
    const { TableNames = [] } = await client.send(new ListTablesCommand());
    expect(TableNames.filter((name) => name.startsWith('race-'))).toHaveLength(3);
  });

  it('leaves a table that is there, and what is in it, alone', async () => {
    const table = engine().table('ControlTable');
    await table.put({ pk: s('kept'), sk: s('a'), value: n(1) });
    await createTables(engine().sdk, readTableDefinitions(INFRA, TABLE_NAMES));
    expect(await table.get({ pk: 'kept', sk: 'a' })).toMatchObject({ value: n(1) });
  });

  /** The client, refusing to switch on a time to live; `after` happens first. */
  const refusing = (after: (command: UpdateTimeToLiveCommand) => Promise<unknown>): DynamoDBClient => {
    const { sdk: client } = engine();
    const send = async (command: ListTablesCommand | UpdateTimeToLiveCommand) => {
      if (!(command instanceof UpdateTimeToLiveCommand)) return client.send(command);
      await after(command);
      throw Object.assign(new Error('TimeToLive is already enabled'), { name: 'ValidationException' });
    };
    return Object.assign(Object.create(client) as DynamoDBClient, { send });
  };

  it('does not mind another server that switched the time to live on a moment earlier', async () => {
    await createTables(
      refusing((command) => engine().sdk.send(command)),
      named('quicker'),
    );
  });

  it('says so when the time to live cannot be switched on', async () => {
    const failure = createTables(
      refusing(() => Promise.resolve()),
      named('refused'),
    );
    await expect(failure).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('says so when a table cannot be made', async () => {
    const [first] = named('x');
    await expect(createTables(engine().sdk, first ? [{ ...first, name: '?' }] : [])).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});
