import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { declareOptions } from '../../scripts/declare-options.ts';
import { readStageOptions } from '../../scripts/stage/stage-options.ts';
import { packaged, packagedTemplate, ROOT, STAGES } from '../template/packaged.ts';
import { EVERYTHING } from '../template/stage-options.ts';
import { plant, type Template } from '../template/template.ts';
import { findingsOf, unexplained } from './findings.ts';
import {
  ACCOUNT_SUPPRESSIONS,
  CANARY_SUPPRESSIONS,
  DEPLOY_SUPPRESSIONS,
  INSTANCE_SUPPRESSIONS,
  NETWORK_SUPPRESSIONS,
  SUPPRESSIONS,
} from './nag-suppressions.ts';

const STATEMENT = ['RunAgentRole', 'Properties', 'Policies', 0, 'PolicyDocument', 'Statement', 1];
type Defect = [name: string, path: (string | number)[], value: unknown, complaint: string];

const FUNCTION = ['RunDashagentLambdaFunction', 'Properties'];

beforeAll(packaged);

describe('the packaged template', () => {
  it.each(STAGES)('is valid and has no finding without a reason in %s', async (stage) => {
    const reasons = stage === 'prod' ? [...SUPPRESSIONS, ...CANARY_SUPPRESSIONS] : SUPPRESSIONS;
    expect(unexplained(findingsOf(await packagedTemplate(stage)), reasons)).toEqual([]);
  });

  it('is valid and has no finding without a reason with every option of a stage, too', async () => {
    const template = await packagedTemplate('prod');
    // Its limits by path are there already.
    const limits = Object.keys(EVERYTHING).filter((name) => /^(?:admin|health|page)Request/.test(name));
    const rest = { ...EVERYTHING, ...Object.fromEntries(limits.map((name) => [name, ''])) };
    declareOptions(template as never, readStageOptions(rest));
    // Of a stage with a web ACL none is missing.
    const standing = SUPPRESSIONS.filter(({ rule }) => rule !== 'AwsSolutions-APIG3');
    const optional = [...CANARY_SUPPRESSIONS, ...NETWORK_SUPPRESSIONS, ...INSTANCE_SUPPRESSIONS];
    expect(unexplained(findingsOf(template), [...standing, ...optional])).toEqual([]);
  });

  // To look through a template takes more than a second: those whose complaints cannot be mistaken for each other are in one.
  // Where the schemas find something, the rules of cdk-nag do not run.
  describe.each<{ defects: Defect[] }>([
    {
      defects: [
        ['a runtime that is not there', [...FUNCTION, 'Runtime'], 'nodejs29.x', 'RunDashagentLambdaFunction: W3030'],
        ['a timeout above the limit of Lambda', [...FUNCTION, 'Timeout'], 1_000, 'RunDashagentLambdaFunction: E3717'],
        [
          'capacity that is not stated',
          ['LedgerTable', 'Properties', 'BillingMode'],
          'PROVISIONED',
          'LedgerTable: E3639',
        ],
      ],
    },
    {
      defects: [
        ['a wildcard resource', [...STATEMENT, 'Resource'], '*', 'AwsSolutions-IAM5'],
        ['an API without a log', ['ApiStage', 'Properties', 'AccessLogSetting'], undefined, 'AwsSolutions-APIG1'],
        [
          'a ledger without recovery',
          ['LedgerTable', 'Properties', 'PointInTimeRecoverySpecification'],
          undefined,
          'LedgerTable: AwsSolutions-DDB3',
        ],
      ],
    },
    { defects: [['a wildcard action', [...STATEMENT, 'Action'], 'dynamodb:*', 'AwsSolutions-IAM5']] },
  ])('with defects in it', ({ defects }) => {
    let complaints: string[];
    beforeAll(async () => {
      const whole = await packagedTemplate('dev');
      const broken = defects.reduce((template, [, path, value]) => plant(template, path, value), whole);
      complaints = unexplained(findingsOf(broken), SUPPRESSIONS);
    });

    it.each(defects)('would show %s', (_defect, _path, _value, complaint) => {
      expect(complaints.join('\n')).toContain(complaint);
    });
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

describe('the template of the role that deploys', () => {
  it('is valid and has no finding without a reason', () => {
    const template = parse(readFileSync(join(ROOT, 'infra/deploy-role.yml'), 'utf8')) as Template;
    expect(unexplained(findingsOf(template), DEPLOY_SUPPRESSIONS)).toEqual([]);
  });
});
