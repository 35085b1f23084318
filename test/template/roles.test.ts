import { beforeAll, describe, expect, it } from 'vitest';
import { declareOptions } from '../../scripts/declare-options.ts';
import { readStageOptions } from '../../scripts/stage/stage-options.ts';
import { readDeclaredStage } from '../privilege/declared-stage.ts';
import { packaged, packagedTemplate, STAGES } from './packaged.ts';
import { CALLERS, CANARY, grantDefects } from './roles.ts';
import { EVERYTHING } from './stage-options.ts';
import { at, ofType, plant, resource } from './template.ts';

const STATEMENTS = ['RunAgentRole', 'Properties', 'Policies', 0, 'PolicyDocument', 'Statement'];

interface Trust {
  readonly Principal: { readonly Service: string };
  readonly Condition?: unknown;
}

beforeAll(packaged);

describe('the roles of the functions', () => {
  it.each(STAGES)('grant exactly what each function needs, and nothing by a wildcard, in %s', async (stage) => {
    expect(grantDefects(await packagedTemplate(stage), stage)).toEqual([]);
  });

  it('are with every option as test/privilege holds them against what is asked', async () => {
    const template = await packagedTemplate('dev');
    declareOptions(template as never, readStageOptions(EVERYTHING));
    const { statements } = readDeclaredStage('dev', { ...EVERYTHING, secretsInAdvance: true });
    for (const [, { Properties }] of ofType(template, 'AWS::Lambda::Function')) {
      const name = String(Properties['FunctionName']).replace('ballast-dev-', '');
      const role = resource(template, String(at(Properties, 'Role', 'Fn::GetAtt', 0)));
      const own = at(role, 'Properties', 'Policies', 0, 'PolicyDocument', 'Statement');
      expect([name, own]).toEqual([name, statements.get(name)]);
    }
  });

  it('can be assumed by Lambda alone, but for those by which the scheduler calls and canaries move, in this account', async () => {
    const roles = ofType(await packagedTemplate('prod'), 'AWS::IAM::Role');
    const trusted = roles.map(([id, { Properties }]) => {
      const { Principal, Condition } = at(Properties, 'AssumeRolePolicyDocument', 'Statement', 0) as Trust;
      return [id, Principal.Service, at(Condition, 'StringEquals', 'aws:SourceAccount', 'Ref')];
    });
    const lambda = ['lambda.amazonaws.com', undefined];
    const scheduler = ['scheduler.amazonaws.com', 'AWS::AccountId'];
    const canary = ['codedeploy.amazonaws.com', 'AWS::AccountId'];
    const others = new Map([...Object.keys(CALLERS).map((id) => [id, scheduler] as const), [CANARY, canary]]);
    expect(trusted).toEqual(roles.map(([id]) => [id, ...(others.get(id) ?? lambda)]));
  });

  it.each<[string, (string | number)[], unknown, string]>([
    ['a wildcard action', [...STATEMENTS, 1, 'Action'], 'dynamodb:*', 'wildcard'],
    ['a wildcard resource', [...STATEMENTS, 1, 'Resource'], '*', 'wildcard'],
    ['one action too many', [...STATEMENTS, 4, 'Action'], ['dynamodb:PutItem', 'dynamodb:Scan'], 'does not need'],
    ['one action too few', [...STATEMENTS, 2], { Effect: 'Allow', Action: [], Resource: [] }, 'lacks'],
    [
      'a ledger without bounds',
      [...STATEMENTS, 1, 'Condition'],
      undefined,
      'does not need dynamodb:GetItem LedgerTable',
    ],
    [
      'an administrator that may write the accounts',
      ['AdminRole', 'Properties', 'Policies', 0, 'PolicyDocument', 'Statement', 8, 'Condition'],
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['budget#*'] } },
      'admin does not need dynamodb:PutItem LedgerTable budget#*',
    ],
    ['a bound that needs no key', [...STATEMENTS, 1, 'Condition', 'Null'], undefined, 'holds of requests without'],
    ['a managed policy', ['HealthRole', 'Properties', 'ManagedPolicyArns'], ['arn:x'], 'managed policies'],
    [
      'a scheduler that may call everything',
      ['ProbeScheduleRole', 'Properties', 'Policies', 0, 'PolicyDocument', 'Statement', 0, 'Resource'],
      '*',
      'wildcard',
    ],
    [
      'a worker that may wake everything',
      ['ExecuteRunRole', 'Properties', 'Policies', 0, 'PolicyDocument', 'Statement', 2, 'Resource', 'Fn::Sub'],
      'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*',
      'wildcard',
    ],
    [
      'a start on code that may change under its run',
      ['SubmitRunRole', 'Properties', 'Policies', 0, 'PolicyDocument', 'Statement', 13, 'Resource', 'Fn::Sub'],
      'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:ballast-dev-execute-run',
      'submit-run lacks lambda:InvokeFunction arn:aws:lambda:us-east-1:000000000000:function:ballast-dev-execute-run:durable',
    ],
    ['a shared role', ['HealthLambdaFunction', 'Properties', 'Role', 'Fn::GetAtt', 0], 'GetRunRole', 'share a role'],
  ])('would show %s', async (_defect, path, value, complaint) => {
    expect(grantDefects(plant(await packagedTemplate('dev'), path, value)).join('\n')).toContain(complaint);
  });
});
