import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { declareOptions } from '../../scripts/declare-options.ts';
import { packaged, packagedTemplate, ROOT } from './packaged.ts';
import { only } from './stage-options.ts';
import { at, ofType, type Resource, resource, type Template } from './template.ts';

beforeAll(packaged);

const CANARY = { canaryPercent: 10, canaryMinutes: 10 };

const updatedBy = (template: Template, aliasId: string): unknown =>
  at(template.Resources[aliasId], 'UpdatePolicy', 'CodeDeployLambdaAliasUpdate', 'DeploymentGroupName', 'Ref');

const live = (template: Template): string[] =>
  ofType(template, 'AWS::Lambda::Alias').flatMap(([id, { Properties }]) => (Properties['Name'] === 'live' ? [id] : []));

/** Seconds of an alarm, or of each metric that it computes with. */
const periodsOf = ({ Properties }: Resource): number[] => {
  const metrics = (Properties['Metrics'] ?? []) as unknown[];
  return [Properties['Period'], ...metrics.map((one) => at(one, 'MetricStat', 'Period'))].flatMap((period) =>
    period === undefined ? [] : [Number(period)],
  );
};

describe('a canary', () => {
  it('is what each function of prod has, each with a group of its own', async () => {
    const template = await packagedTemplate('prod');
    const groups = ofType(template, 'AWS::CodeDeploy::DeploymentGroup').map(([id]) => id);
    expect(live(template)).toHaveLength(ofType(template, 'AWS::Lambda::Function').length - 1);
    expect(
      live(template)
        .map((id) => updatedBy(template, id))
        .toSorted(),
    ).toEqual(groups.toSorted());
    expect(resource(template, 'CanaryConfig').Properties['TrafficRoutingConfig']).toEqual({
      Type: 'TimeBasedCanary',
      TimeBasedCanary: { CanaryPercentage: 10, CanaryInterval: 10 },
    });
  });

  it.each(['dev', 'staging'] as const)('is none in %s, where everything moves at once', async (stage) => {
    const template = await packagedTemplate(stage);
    expect(Object.values(template.Resources).filter(({ Type }) => Type.startsWith('AWS::CodeDeploy'))).toEqual([]);
    expect(live(template).map((id) => updatedBy(template, id))).not.toContainEqual(expect.anything());
  });

  it('moves the worker of runs last, and keeps its executions where they are', async () => {
    const template = await packagedTemplate('prod');
    const worker = resource(template, 'ExecuteDashrunDurableLambdaAlias');
    expect(worker.DependsOn).toEqual(live(template));
    expect(worker).not.toHaveProperty('UpdatePolicy');
  });

  it('is taken back by alarms that the stage has, within what CodeDeploy takes', async () => {
    const template = await packagedTemplate('prod');
    for (const [, { Properties }] of ofType(template, 'AWS::CodeDeploy::DeploymentGroup')) {
      const alarms = (at(Properties, 'AlarmConfiguration', 'Alarms') as unknown[]).map((one) => at(one, 'Name', 'Ref'));
      expect(alarms).toContain('InternalErrorsAlarm');
      expect(alarms.length).toBeLessThanOrEqual(10);
      for (const id of alarms) expect(template.Resources[String(id)]?.Type).toBe('AWS::CloudWatch::Alarm');
      expect(at(Properties, 'AutoRollbackConfiguration', 'Events')).toContain('DEPLOYMENT_STOP_ON_ALARM');
      // Shorter than the longest period of an alarm, it would end before one can ring.
      const periods = alarms.flatMap((id) => periodsOf(resource(template, String(id))));
      const minutes = Number(
        at(resource(template, 'CanaryConfig').Properties, 'TrafficRoutingConfig', 'TimeBasedCanary', 'CanaryInterval'),
      );
      expect(minutes * 60).toBeGreaterThan(Math.max(...periods));
    }
  });

  it('moves the aliases of these functions, and nothing else', async () => {
    const template = await packagedTemplate('prod');
    const statements = at(resource(template, 'CanaryRole').Properties, 'Policies', 0, 'PolicyDocument', 'Statement');
    const [move, look] = statements as { Action: unknown; Resource: unknown }[];
    expect(look).toEqual({ Effect: 'Allow', Action: 'cloudwatch:DescribeAlarms', Resource: '*' });
    expect(move?.Action).toEqual(['lambda:GetAlias', 'lambda:GetProvisionedConcurrencyConfig', 'lambda:UpdateAlias']);
    expect(JSON.stringify(move?.Resource)).not.toContain('*');
    expect(JSON.stringify(move?.Resource)).not.toContain('ExecuteDashrun');
  });

  it('has the boundary of the stage, and is refused where no alarm could take it back', async () => {
    const template = await packagedTemplate('dev');
    const boundary = 'arn:aws:iam::111122223333:policy/boundary';
    declareOptions(template as never, only({ ...CANARY, permissionsBoundaryArn: boundary }));
    expect(resource(template, 'CanaryRole').Properties['PermissionsBoundary']).toBe(boundary);
    const deaf = await packagedTemplate('dev');
    for (const [id] of ofType(deaf, 'AWS::CloudWatch::Alarm')) delete deaf.Resources[id];
    expect(() => declareOptions(deaf as never, only(CANARY))).toThrow('internalErrorsAlarmThreshold');
  });

  it.each([
    [{ canaryPercent: 10 }, 'go together'],
    [{ ...CANARY, canaryPercent: 100 }, 'canaryPercent must be a whole number from 1 to 99'],
    [{ ...CANARY, canaryMinutes: 4 }, 'canaryMinutes must be a whole number from 5 to 2880'],
    [{ ...CANARY, canaryMinutes: 2881 }, 'canaryMinutes must be'],
  ])('of %o is refused', (set, sentence) => {
    expect(() => only(set)).toThrow(sentence);
  });

  it.each([5, 9, 10, 99, 100, 999, 1000, 2799, 2879, 2880])('may last %d minutes', (canaryMinutes) => {
    expect(only({ ...CANARY, canaryMinutes })).toMatchObject({ canaryMinutes });
  });

  it('may be made by the role that deploys, with the boundary that it demands', () => {
    const { Resources } = parse(readFileSync(join(ROOT, 'infra/deploy-role.yml'), 'utf8')) as Template;
    const [boundary, role] = [Resources['Boundary'], Resources['DeployRole']].map((one) => JSON.stringify(one));
    expect(boundary).toContain('cloudwatch:DescribeAlarms');
    for (const part of [
      'codedeploy:*',
      ':application:ballast-${Stage}-*',
      ':deploymentgroup:ballast-${Stage}-*/*',
      'codedeploy.amazonaws.com',
    ])
      expect(role).toContain(part);
  });
});
