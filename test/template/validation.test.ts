import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findingsOf, unexplained } from './findings.ts';
import { ACCOUNT_SUPPRESSIONS, SUPPRESSIONS } from './nag-suppressions.ts';
import { packaged, packagedTemplate, ROOT, STAGES } from './packaged.ts';
import { plant, type Template } from './template.ts';

const STATEMENT = ['RunAgentRole', 'Properties', 'Policies', 0, 'PolicyDocument', 'Statement', 1];
const FUNCTION = ['RunDashagentLambdaFunction', 'Properties'];

beforeAll(packaged, 120_000);

describe('the packaged template', () => {
  it.each(STAGES)('is valid and has no finding without a reason in %s', async (stage) => {
    expect(unexplained(findingsOf(await packagedTemplate(stage)), SUPPRESSIONS)).toEqual([]);
  });

  it.each<[string, (string | number)[], unknown, string]>([
    ['a runtime that is not there', [...FUNCTION, 'Runtime'], 'nodejs29.x', 'RunDashagentLambdaFunction'],
    ['a timeout above the limit of Lambda', [...FUNCTION, 'Timeout'], 1_000, 'RunDashagentLambdaFunction'],
    ['capacity that is not stated', ['LedgerTable', 'Properties', 'BillingMode'], 'PROVISIONED', 'LedgerTable'],
    ['a wildcard resource', [...STATEMENT, 'Resource'], '*', 'AwsSolutions-IAM5'],
    ['a wildcard action', [...STATEMENT, 'Action'], 'dynamodb:*', 'AwsSolutions-IAM5'],
    ['an API without a log', ['ApiStage', 'Properties', 'AccessLogSetting'], undefined, 'AwsSolutions-APIG1'],
    [
      'a ledger without recovery',
      ['LedgerTable', 'Properties', 'PointInTimeRecoverySpecification'],
      undefined,
      'LedgerTable: AwsSolutions-DDB3',
    ],
  ])('would show %s', async (_defect, path, value, complaint) => {
    const broken = plant(await packagedTemplate('dev'), path, value);
    expect(unexplained(findingsOf(broken), SUPPRESSIONS).join('\n')).toContain(complaint);
  });

  it('cannot refer to what is not there', async () => {
    const broken = plant(await packagedTemplate('dev'), ['ApiStage', 'Properties', 'RestApiId'], { Ref: 'Nothing' });
    expect(() => findingsOf(broken)).toThrow('Nothing');
  });
});

describe('the template of the account', () => {
  it('is valid and has no finding without a reason', () => {
    const template = parse(readFileSync(join(ROOT, 'infra/account.yml'), 'utf8')) as Template;
    expect(unexplained(findingsOf(template), ACCOUNT_SUPPRESSIONS)).toEqual([]);
  });
});
