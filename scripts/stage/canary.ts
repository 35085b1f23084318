import { functionIdOf, ofType, type Resource, type Template } from '../compiled-template.ts';
import type { StageOptions } from './stage-options.ts';

/** Alarms that ring for faults of a deployment, the most telling first. */
const WATCHED = [
  'InternalErrorsAlarm',
  'ErrorsAlarm',
  'GatewayErrorsAlarm',
  'LambdaErrorsAlarm',
  'LambdaErrorsAlarm2',
  'ApiErrorsAlarm',
  'UsageUnrecordedAlarm',
  'BudgetDriftAlarm',
  'LimitUnguardedAlarm',
  'RunWorkerErrorsAlarm',
];

/** What a deployment group of CodeDeploy takes. */
const MOST_ALARMS = 10;

const APPLICATION = 'CanaryApplication';
const CONFIG = 'CanaryConfig';
const ROLE = 'CanaryRole';

const watchedIn = ({ Resources }: Template): string[] => {
  const made = WATCHED.filter((id) => id in Resources).slice(0, MOST_ALARMS);
  if (made.length > 0) return made;
  throw new Error('canaryPercent needs an alarm that can take a deployment back: set internalErrorsAlarmThreshold.');
};

/** What moves traffic by itself: it may move the aliases of these functions, and look at alarms. */
const roleOver = (functionIds: readonly string[]): Resource => {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'codedeploy.amazonaws.com' },
            Action: 'sts:AssumeRole',
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
      Policies: [
        {
          PolicyName: 'move-traffic',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: ['lambda:GetAlias', 'lambda:GetProvisionedConcurrencyConfig', 'lambda:UpdateAlias'],
                Resource: functionIds.flatMap((id) =>
                  ['', ':live'].map((end) => ({ 'Fn::Sub': `\${${id}.Arn}${end}` })),
                ),
              },
              // IAM has no narrower resource for it.
              { Effect: 'Allow', Action: 'cloudwatch:DescribeAlarms', Resource: '*' },
            ],
          },
        },
      ],
    },
  };
};

const groupOf = (alarms: readonly string[]): Resource => ({
  Type: 'AWS::CodeDeploy::DeploymentGroup',
  Properties: {
    ApplicationName: { Ref: APPLICATION },
    ServiceRoleArn: { 'Fn::GetAtt': [ROLE, 'Arn'] },
    DeploymentConfigName: { Ref: CONFIG },
    DeploymentStyle: { DeploymentType: 'BLUE_GREEN', DeploymentOption: 'WITH_TRAFFIC_CONTROL' },
    AlarmConfiguration: { Enabled: true, Alarms: alarms.map((id) => ({ Name: { Ref: id } })) },
    AutoRollbackConfiguration: {
      Enabled: true,
      Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
    },
  },
});

/**
 * Has each deployment send a part of the traffic to the new versions for some minutes, watched by alarms, before all of it; an
 * alarm moves it back and fails the deployment. Nothing where `canaryPercent` is not set. A durable function's own alias moves
 * when all others have: its code is theirs, and its executions stay where they began.
 * Throws an Error where the stage has none of the alarms.
 */
export const declareCanary = (
  template: Template,
  { canaryPercent, canaryMinutes }: Pick<StageOptions, 'canaryPercent' | 'canaryMinutes'>,
): void => {
  if (canaryPercent === null || canaryMinutes === null) return;
  const aliases = ofType(template, 'AWS::Lambda::Alias');
  const live = aliases.filter(([, { Properties }]) => Properties['Name'] === 'live');
  const alarms = watchedIn(template);
  Object.assign(template.Resources, {
    [APPLICATION]: { Type: 'AWS::CodeDeploy::Application', Properties: { ComputePlatform: 'Lambda' } },
    [CONFIG]: {
      Type: 'AWS::CodeDeploy::DeploymentConfig',
      Properties: {
        ComputePlatform: 'Lambda',
        TrafficRoutingConfig: {
          Type: 'TimeBasedCanary',
          TimeBasedCanary: { CanaryPercentage: canaryPercent, CanaryInterval: canaryMinutes },
        },
      },
    },
    [ROLE]: roleOver(live.map(([, alias]) => functionIdOf(alias))),
  });
  for (const [id, alias] of live) {
    const group = id.replace(/LiveLambdaAlias$/, 'CanaryGroup');
    template.Resources[group] = groupOf(alarms);
    alias.UpdatePolicy = {
      CodeDeployLambdaAliasUpdate: { ApplicationName: { Ref: APPLICATION }, DeploymentGroupName: { Ref: group } },
    };
  }
  for (const [, alias] of aliases) if (alias.Properties['Name'] !== 'live') alias.DependsOn = live.map(([id]) => id);
};
