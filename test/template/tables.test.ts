import { beforeAll, describe, expect, it } from 'vitest';
import { packaged, packagedTemplate, STAGES } from './packaged.ts';
import { at, ofType, plant, resource, type Template } from './template.ts';

const TABLES = ['ControlTable', 'LedgerTable', 'RunsTable'];
const LASTING = ['LedgerTable', 'RunsTable'];
const EXPIRING = ['ControlTable', 'RunsTable'];

const tableDefects = (template: Template): string[] =>
  TABLES.flatMap((id) => {
    const { Properties, DeletionPolicy, UpdateReplacePolicy } = resource(template, id);
    const kept = DeletionPolicy === 'RetainExceptOnCreate' && UpdateReplacePolicy === 'Retain';
    const recoverable = at(Properties, 'PointInTimeRecoverySpecification', 'PointInTimeRecoveryEnabled') === true;
    const expires =
      at(Properties, 'TimeToLiveSpecification', 'Enabled') === true &&
      at(Properties, 'TimeToLiveSpecification', 'AttributeName') === 'expiresAt';
    return [
      ...(Properties['BillingMode'] === 'PAY_PER_REQUEST' ? [] : [`${id} is paid while idle`]),
      ...(at(Properties, 'SSESpecification', 'SSEEnabled') === true ? [] : [`${id} is not encrypted by a KMS key`]),
      ...(kept === LASTING.includes(id) ? [] : [`${id} has the wrong fate at the end of the stack`]),
      ...(recoverable === LASTING.includes(id) ? [] : [`${id} has the wrong recovery`]),
      ...(expires === EXPIRING.includes(id) ? [] : [`${id} has the wrong time to live`]),
    ];
  });

beforeAll(packaged);

describe('the tables', () => {
  it.each(STAGES)('are on demand, encrypted, kept and swept as their content asks in %s', async (stage) => {
    const template = await packagedTemplate(stage);
    expect(tableDefects(template)).toEqual([]);
    expect(ofType(template, 'AWS::DynamoDB::Table').map(([id]) => id)).toEqual(TABLES);
  });

  it.each(STAGES)('are named after their stage and protected in prod alone (%s)', async (stage) => {
    const template = await packagedTemplate(stage);
    for (const id of TABLES) {
      const { TableName, DeletionProtectionEnabled } = resource(template, id).Properties;
      expect(TableName).toBe(`ballast-${stage}-${id.replace('Table', '').toLowerCase()}`);
      expect(DeletionProtectionEnabled).toBe(stage === 'prod');
    }
  });

  it('have generic keys, and the runs an index by tenant', async () => {
    const template = await packagedTemplate('dev');
    for (const id of TABLES)
      expect(resource(template, id).Properties['KeySchema']).toEqual([
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ]);
    expect(at(resource(template, 'RunsTable').Properties, 'GlobalSecondaryIndexes', 0)).toMatchObject({
      IndexName: 'byTenant',
      KeySchema: [
        { AttributeName: 'tenantId', KeyType: 'HASH' },
        { AttributeName: 'listKey', KeyType: 'RANGE' },
      ],
    });
  });

  it.each<[string, (string | number)[], unknown, string]>([
    ['a ledger that goes with the stack', ['LedgerTable', 'DeletionPolicy'], undefined, 'wrong fate'],
    [
      'a ledger without recovery',
      ['LedgerTable', 'Properties', 'PointInTimeRecoverySpecification'],
      undefined,
      'recovery',
    ],
    [
      'a ledger that is swept',
      ['LedgerTable', 'Properties', 'TimeToLiveSpecification'],
      { AttributeName: 'expiresAt', Enabled: true },
      'time to live',
    ],
    ['provisioned capacity', ['RunsTable', 'Properties', 'BillingMode'], 'PROVISIONED', 'idle'],
    ['no encryption', ['ControlTable', 'Properties', 'SSESpecification'], undefined, 'encrypted'],
  ])('would show %s', async (_defect, path, value, complaint) => {
    expect(tableDefects(plant(await packagedTemplate('dev'), path, value)).join('\n')).toContain(complaint);
  });
});
