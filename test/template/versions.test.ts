import { beforeAll, describe, expect, it } from 'vitest';
import { declareVersions } from '../../scripts/stage/versions.ts';
import { packaged, packagedTemplate, STAGES } from './packaged.ts';
import { at, functionAt, ofType, plant, type Resource, resource, type Template } from './template.ts';

beforeAll(packaged);

/** Where a function is named without being invoked: it, what it is published as, and what is measured of it. */
const NAMING = [
  'AWS::Lambda::Alias',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Version',
  'AWS::CloudWatch::Alarm',
];

/** What may change the alias of a function has to name the function. */
const MOVER = 'CanaryRole';

const references = (template: Template, value: unknown, path: string): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  const id =
    at(value, 'Ref') ?? at(value, 'Fn::GetAtt', 0) ?? /\$\{(\w+)\.Arn\}/.exec(String(at(value, 'Fn::Sub')))?.[1];
  if (typeof id === 'string' && template.Resources[id]?.Type === 'AWS::Lambda::Function') return [path];
  return Object.entries(value).flatMap(([key, inner]) => references(template, inner, `${path}.${key}`));
};

const withoutQualifier = ([, { Properties }]: [string, Resource]): boolean =>
  Properties['Qualifier'] !== 'live' && Properties['Qualifier'] !== 'durable';

/** Where a function is invoked, or may be, in whatever version was deployed last. */
const unqualified = (template: Template): string[] => [
  ...Object.entries(template.Resources)
    .filter(([id, { Type }]) => !NAMING.includes(Type) && id !== MOVER)
    .flatMap(([id, { Properties }]) => references(template, Properties, id)),
  ...ofType(template, 'AWS::Lambda::EventInvokeConfig')
    .filter(withoutQualifier)
    .map(([id]) => id),
  ...ofType(template, 'AWS::Lambda::Function')
    .filter(
      ([, one]) => !/:durable$/.test(String(at(one, 'Properties', 'Environment', 'Variables', 'EXECUTE_RUN_FUNCTION'))),
    )
    .map(([id]) => `${id} starts runs`),
];

const versionOf = (template: Template, functionId: string): string[] =>
  ofType(template, 'AWS::Lambda::Version')
    .filter(([, { Properties }]) => at(Properties, 'FunctionName', 'Ref') === functionId)
    .map(([id]) => id);

const aliasOf = (template: Template, functionId: string): Resource | undefined =>
  ofType(template, 'AWS::Lambda::Alias').find(
    ([, one]) => functionAt(template, one.Properties['FunctionName']) === functionId,
  )?.[1];

const publishDefects = (template: Template): string[] =>
  ofType(template, 'AWS::Lambda::Function').flatMap(([id]) => {
    const versions = versionOf(template, id);
    const version = template.Resources[versions[0] ?? ''];
    return [
      ...(versions.length === 1 ? [] : [`${id} has ${versions.length} versions`]),
      ...(at(aliasOf(template, id), 'Properties', 'FunctionVersion', 'Fn::GetAtt', 0) === versions[0]
        ? []
        : [`the alias of ${id} is on another version`]),
      ...(version?.DeletionPolicy === 'RetainExceptOnCreate' && version.UpdateReplacePolicy === 'Retain'
        ? []
        : [`${id} loses versions that are at work`]),
    ];
  });

const MESSAGES = 'MessagesLambdaFunction';

/** The version's name after a change of the function. */
const after = async (
  change: (properties: Record<string, unknown>) => void,
  functionId = MESSAGES,
): Promise<unknown> => {
  const template = await packagedTemplate('prod');
  change(resource(template, functionId).Properties);
  declareVersions(template as never);
  expect(publishDefects(template)).toEqual([]);
  return versionOf(template, functionId);
};

describe('the versions of functions', () => {
  it.each(STAGES)('are invoked by an alias, and by nothing else, in %s', async (stage) => {
    const template = await packagedTemplate(stage);
    expect(unqualified(template)).toEqual([]);
    expect(publishDefects(template)).toEqual([]);
  });

  it('are new with each change of a function, also one that the framework does not see', async () => {
    const unchanged = await after(() => {});
    expect(unchanged).toEqual(versionOf(await packagedTemplate('prod'), MESSAGES));
    for (const change of [
      { MemorySize: 1024 },
      { KmsKeyArn: 'key' },
      { VpcConfig: {} },
      { Timeout: 3 },
      { Role: 'other' },
    ])
      expect(await after((properties) => void Object.assign(properties, change))).not.toEqual(unchanged);
    const worker = 'ExecuteDashrunLambdaFunction';
    const setVariable = (properties: Record<string, unknown>) =>
      void Object.assign(at(properties, 'Environment', 'Variables') as object, { BALLAST_VERSION: 'next' });
    expect(await after(setVariable, worker)).not.toEqual(await after(() => {}, worker));
  });

  it('stay for what is of the function as a whole, and for another order of settings', async () => {
    const unchanged = await after(() => {});
    expect(
      await after((properties) => void Object.assign(properties, { ReservedConcurrentExecutions: 5, Tags: [] })),
    ).toEqual(unchanged);
    const turn = (properties: Record<string, unknown>) => {
      for (const [name, value] of Object.entries(properties).toReversed()) {
        delete properties[name];
        properties[name] = value;
      }
    };
    expect(await after(turn)).toEqual(unchanged);
  });

  it('have names that CloudFormation takes', async () => {
    for (const id of Object.keys((await packagedTemplate('prod')).Resources))
      expect(id).toMatch(/^[A-Za-z0-9]{1,255}$/);
  });

  const TARGET = { 'Fn::GetAtt': ['HealthLambdaFunction', 'Arn'] };
  it.each<[string, (string | number)[], unknown]>([
    ['a route', ['ApiGatewayMethodHealthAny', 'Properties', 'Integration', 'Uri'], TARGET],
    ['a schedule', ['ProbeDashdependenciesSchedulerSchedule1', 'Properties', 'Target', 'Arn'], TARGET],
    ['the alarms', ['NotifyDashalarmSnsSubscriptionBallastprodalarms', 'Properties', 'Endpoint'], TARGET],
    ['a permission', ['HealthLambdaPermissionApiGateway', 'Properties', 'FunctionName'], TARGET],
    ['retries', ['SweepDashrunsLambdaEvConf', 'Properties', 'Qualifier'], '$LATEST'],
    [
      'a role',
      ['SweepScheduleRole', 'Properties', 'Policies', 0, 'PolicyDocument', 'Statement', 0, 'Resource'],
      TARGET,
    ],
    ['a rule', ['Ballastprodprojectrunstatusrule1EventBridgeRule', 'Properties', 'Targets', 0, 'Arn'], TARGET],
    [
      'the start of a run',
      ['SubmitDashrunLambdaFunction', 'Properties', 'Environment', 'Variables', 'EXECUTE_RUN_FUNCTION'],
      'ballast-prod-execute-run',
    ],
  ])('would show %s that leads to no version', async (_name, path, value) => {
    expect(unqualified(plant(await packagedTemplate('prod'), path, value))).toHaveLength(1);
  });
});
