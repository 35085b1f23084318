import { beforeAll, describe, expect, it } from 'vitest';
import { packaged, packagedTemplate, STAGES } from './packaged.ts';
import { grantDefects } from './roles.ts';
import { at, ofType, plant } from './template.ts';

const STATEMENTS = ['RunAgentRole', 'Properties', 'Policies', 0, 'PolicyDocument', 'Statement'];

beforeAll(packaged, 120_000);

describe('the roles of the functions', () => {
  it.each(STAGES)('grant exactly what each function needs in %s', async (stage) => {
    expect(grantDefects(await packagedTemplate(stage))).toEqual([]);
  });

  it('can be assumed by Lambda alone', async () => {
    const roles = ofType(await packagedTemplate('prod'), 'AWS::IAM::Role');
    const principals = roles.map(([, { Properties }]) =>
      at(Properties, 'AssumeRolePolicyDocument', 'Statement', 0, 'Principal'),
    );
    expect(new Set(principals.map((principal) => JSON.stringify(principal)))).toEqual(
      new Set(['{"Service":"lambda.amazonaws.com"}']),
    );
  });

  it.each<[string, (string | number)[], unknown, string]>([
    ['a wildcard action', [...STATEMENTS, 1, 'Action'], 'dynamodb:*', 'wildcard'],
    ['a wildcard resource', [...STATEMENTS, 1, 'Resource'], '*', 'wildcard'],
    ['one action too many', [...STATEMENTS, 3, 'Action'], ['dynamodb:PutItem', 'dynamodb:Scan'], 'does not need'],
    ['one action too few', [...STATEMENTS, 2], { Effect: 'Allow', Action: [], Resource: [] }, 'lacks'],
    [
      'a ledger without bounds',
      [...STATEMENTS, 1, 'Condition'],
      undefined,
      'does not need dynamodb:GetItem LedgerTable',
    ],
    ['a managed policy', ['HealthRole', 'Properties', 'ManagedPolicyArns'], ['arn:x'], 'managed policies'],
    ['a shared role', ['HealthLambdaFunction', 'Properties', 'Role', 'Fn::GetAtt', 0], 'GetRunRole', 'share a role'],
  ])('would show %s', async (_defect, path, value, complaint) => {
    expect(grantDefects(plant(await packagedTemplate('dev'), path, value)).join('\n')).toContain(complaint);
  });
});
