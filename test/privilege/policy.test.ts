import { describe, expect, it } from 'vitest';
import { readDeclaredStage } from './declared-stage.ts';
import { unbounded } from './judge.ts';
import { allows, type AwsRequest, grantsOf, matches } from './policy.ts';

const LEDGER = { 'Fn::GetAtt': ['LedgerTable', 'Arn'] };
const KEYS = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['budget#*', 'tenants'] } };
const KEYED = { ...KEYS, Null: { 'dynamodb:LeadingKeys': 'false' } };
const READ = { Sid: 'Read', Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:Query'], Resource: LEDGER };

const asked = (over: Partial<AwsRequest> = {}): AwsRequest => ({
  action: 'dynamodb:GetItem',
  resource: 'LedgerTable',
  leadingKeys: ['budget#acme'],
  ...over,
});

describe('a statement', () => {
  it.each<[string, object, AwsRequest, boolean]>([
    ['one of its actions', READ, asked(), true],
    ['another action', READ, asked({ action: 'dynamodb:PutItem' }), false],
    ['an action by a wildcard', { ...READ, Action: 'dynamodb:*Item' }, asked(), true],
    ['another table', READ, asked({ resource: 'RunsTable' }), false],
    ['an index of its table', READ, asked({ resource: 'LedgerTable/index/byTenant' }), false],
    [
      'the index that it names',
      { ...READ, Resource: { 'Fn::Sub': '${RunsTable.Arn}/index/byTenant' } },
      asked({ resource: 'RunsTable/index/byTenant' }),
      true,
    ],
    ['a key that a pattern matches', { ...READ, Condition: KEYED }, asked(), true],
    ['a key that is listed', { ...READ, Condition: KEYED }, asked({ leadingKeys: ['tenants'] }), true],
    ['another key', { ...READ, Condition: KEYED }, asked({ leadingKeys: ['usage#acme'] }), false],
    [
      'several keys, one of them another',
      { ...READ, Condition: KEYED },
      asked({ leadingKeys: ['tenants', 'x'] }),
      false,
    ],
    ['no key, where each has to match', { ...READ, Condition: KEYS }, asked({ leadingKeys: null }), true],
    ['no key, where there has to be one', { ...READ, Condition: KEYED }, asked({ leadingKeys: null }), false],
  ])('decides on %s as IAM does', (_what, statement, request, isAllowed) => {
    expect(allows(statement, request)).toBe(isAllowed);
  });

  it.each<[string, object]>([
    ['that denies', { ...READ, Effect: 'Deny' }],
    ['with an element of another kind', { ...READ, NotAction: 'x' }],
    ['with an operator that is not known', { ...READ, Condition: { StringLike: KEYS['ForAllValues:StringLike'] } }],
    ['with a key that is not known', { ...READ, Condition: { Null: { 'aws:SourceIp': 'true' } } }],
  ])('%s is not guessed at', (_what, statement) => {
    expect(() => allows(statement, asked())).toThrow('No known');
  });

  it('grants each of its actions on each of its keys', () => {
    expect(grantsOf({ ...READ, Condition: KEYED }).map(({ action, key }) => `${action} ${String(key)}`)).toEqual([
      'dynamodb:GetItem budget#*',
      'dynamodb:GetItem tenants',
      'dynamodb:Query budget#*',
      'dynamodb:Query tenants',
    ]);
  });

  it('matches by the wildcards of IAM, and by nothing else', () => {
    expect(matches('*/run_*', 'acme/run_1')).toBe(true);
    expect([matches('a.c', 'abc'), matches('a?c', 'abc'), matches('key#*', 'tenant-key#x')]).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe('the roles of infra/', () => {
  const { statements } = readDeclaredStage();

  it('bound what they grant of each table by kinds of items', () => {
    expect(statements.size).toBeGreaterThan(20);
    expect(unbounded(statements)).toEqual([]);
  });

  it('grant nothing of a table to a request that names no key', () => {
    const keyless = [...statements].flatMap(([name, own]) =>
      own.flatMap((statement) =>
        grantsOf(statement)
          .filter(({ key }) => key !== null)
          .filter((grant) => allows(statement, { ...grant, leadingKeys: null }))
          .map(({ action, resource }) => `${name}: ${action} ${resource}`),
      ),
    );
    expect(keyless).toEqual([]);
  });

  it('would show a table without bounds, and a pattern of more than one kind', () => {
    const wide = (Condition?: object) =>
      unbounded(new Map([['health', [{ ...READ, ...(Condition && { Condition }) }]]]));
    const of = (key: string) => ({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [key] } });
    expect(wide()).toEqual(['health: dynamodb:GetItem LedgerTable', 'health: dynamodb:Query LedgerTable']);
    expect(wide(of('*'))).toContain('health: dynamodb:GetItem LedgerTable *');
    expect(wide(of('usage*'))).toContain('health: dynamodb:GetItem LedgerTable usage*');
    expect(wide(of('usage#*'))).toEqual([]);
  });
});
