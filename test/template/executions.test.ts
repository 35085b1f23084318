import { beforeAll, describe, expect, it } from 'vitest';
import { lostExecution } from '../../lib/durable-run/execution-status.ts';
import { packaged, packagedTemplate, STAGES } from './packaged.ts';
import { at, functionAt, ofType, plant, resource, type Template } from './template.ts';

const WORKER = 'ExecuteDashrunLambdaFunction';
const ALIAS = 'ExecuteDashrunDurableLambdaAlias';
const DAY_SECONDS = 86_400;
/** The longest that Lambda takes: 366 days. */
const LONGEST_SECONDS = 366 * DAY_SECONDS;
const EXECUTIONS = 'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:ballast-';

const variables = (template: Template): unknown =>
  at(resource(template, WORKER), 'Properties', 'Environment', 'Variables');

const versionsOf = (template: Template) =>
  ofType(template, 'AWS::Lambda::Version').filter(([, one]) => at(one, 'Properties', 'FunctionName', 'Ref') === WORKER);

const versionDefects = (template: Template): string[] => {
  const versions = versionsOf(template);
  const alias = template.Resources[ALIAS]?.Properties;
  const [id, version] = versions[0] ?? [];
  return [
    ...(versions.length === 1 ? [] : ['not one version']),
    ...(version?.DeletionPolicy === 'RetainExceptOnCreate' && version.UpdateReplacePolicy === 'Retain'
      ? []
      : ['a version goes while runs are on it']),
    ...(at(alias, 'FunctionVersion', 'Fn::GetAtt', 0) === id ? [] : ['the alias is on another version']),
  ];
};

const lifeDefects = (template: Template): string[] => {
  const properties = resource(template, WORKER).Properties;
  const seconds = Number(at(properties, 'DurableConfig', 'ExecutionTimeout'));
  const waitMs = Number(at(variables(template), 'RUN_WAIT_MS'));
  const days = Number(at(properties, 'DurableConfig', 'RetentionPeriodInDays'));
  return [
    // A wait of the longest, and a day of work.
    ...(seconds >= waitMs / 1_000 + DAY_SECONDS ? [] : ['a run that waits is ended by its execution']),
    ...(seconds <= LONGEST_SECONDS && days >= 1 && days <= 90 ? [] : ['Lambda takes no such life']),
  ];
};

const DELIVER = 'DeliverDashwebhooksLambdaFunction';

const nameDefects = (template: Template): string[] => {
  const name = `${String(resource(template, WORKER).Properties['FunctionName'])}:${String(at(template.Resources[ALIAS], 'Properties', 'Name'))}`;
  return at(variables(template), 'EXECUTE_RUN_FUNCTION') === name ? [] : ['runs are started by another name'];
};

const ruleDefects = (template: Template, stage: string): string[] => {
  const all = ofType(template, 'AWS::Events::Rule').map(([, { Properties }]) => Properties);
  const isOfEnds = (rule: unknown) => functionAt(template, at(rule, 'Targets', 0, 'Arn')) === DELIVER;
  const rules = all.filter((rule) => !isOfEnds(rule));
  const ends = all.filter(isOfEnds).map((rule) => at(rule, 'EventPattern', 'detail'));
  const pattern = rules[0]?.['EventPattern'];
  const prefix = String(at(pattern, 'detail', 'durableExecutionArn', 0, 'prefix', 'Fn::Sub'));
  const statuses = (at(pattern, 'detail', 'status') ?? []) as string[];
  const known = statuses.filter((status) => {
    const durableExecutionName = 'run_00000000000000000000000000';
    return lostExecution({ detail: { status, durableExecutionName } }) !== null;
  });
  const writer = at(resource(template, 'RunStatusQueuePolicy').Properties, 'PolicyDocument', 'Statement', 0);
  return [
    ...(rules.length === 1 &&
    functionAt(template, at(rules[0], 'Targets', 0, 'Arn')) === 'ProjectDashrunDashstatusLambdaFunction'
      ? []
      : ['another target']),
    ...(ends.length === 1 &&
    at(ends[0], 'status', 0) === 'SUCCEEDED' &&
    at(ends[0], 'durableExecutionArn', 0, 'prefix', 'Fn::Sub') === `${EXECUTIONS}${stage}-execute-run:`
      ? []
      : ['webhooks hear of no end']),
    ...(prefix === `${EXECUTIONS}${stage}-execute-run:` ? [] : ['executions of others']),
    ...(statuses.toSorted().join() === 'FAILED,PAUSED,STOPPED,TIMED_OUT' &&
    known.toSorted().join() === 'FAILED,STOPPED,TIMED_OUT'
      ? []
      : ['other statuses']),
    ...(at(rules[0], 'Targets', 0, 'DeadLetterConfig', 'Arn', 'Fn::GetAtt', 0) === 'RunStatusDeadLetters' &&
    String(at(writer, 'Condition', 'ArnEquals', 'aws:SourceArn', 'Fn::Sub')).endsWith(
      `:rule/${String(rules[0]?.['Name'])}`,
    )
      ? []
      : ['what cannot be delivered is lost']),
  ];
};

const queueOf = (template: Template, id: string): unknown =>
  at(resource(template, id), 'Properties', 'DeadLetterConfig', 'TargetArn', 'Fn::GetAtt', 0);

beforeAll(packaged);

describe('the executions of asynchronous runs', () => {
  it.each(STAGES)('stay on a version that is kept, of this one function, in %s', async (stage) => {
    const template = await packagedTemplate(stage);
    expect(versionDefects(template)).toEqual([]);
    expect(nameDefects(template)).toEqual([]);
  });

  it.each(STAGES)('outlive the longest wait of a run in %s', async (stage) => {
    expect(lifeDefects(await packagedTemplate(stage))).toEqual([]);
  });

  it.each(STAGES)('are heard of when they end without their run, in %s', async (stage) => {
    const template = await packagedTemplate(stage);
    expect(ruleDefects(template, stage)).toEqual([]);
    expect(queueOf(template, WORKER)).toBe('RunDeadLetters');
    expect(queueOf(template, 'ProjectDashrunDashstatusLambdaFunction')).toBe('RunStatusDeadLetters');
  });

  it('wait in Lambda for as long as they may, where they find no room', async () => {
    const template = await packagedTemplate('prod');
    const config = ofType(template, 'AWS::Lambda::EventInvokeConfig').find(
      ([, { Properties }]) => at(Properties, 'FunctionName', 'Ref') === WORKER,
    )?.[1].Properties;
    expect(config).toMatchObject({ Qualifier: 'durable', MaximumEventAgeInSeconds: 21_600 });
    expect(resource(template, WORKER).Properties['ReservedConcurrentExecutions']).toEqual({
      'Fn::If': ['RunsAreBounded', { Ref: 'RunConcurrency' }, { Ref: 'AWS::NoValue' }],
    });
  });

  it.each<[string, (string | number)[], unknown, string]>([
    ['an alias without its version', [ALIAS, 'Properties', 'FunctionVersion'], '1', 'another version'],
    ['an execution shorter than a wait', [WORKER, 'Properties', 'DurableConfig', 'ExecutionTimeout'], 604_800, 'waits'],
    [
      'an execution longer than any',
      [WORKER, 'Properties', 'DurableConfig', 'ExecutionTimeout'],
      31_622_401,
      'no such',
    ],
    ['another alias', [ALIAS, 'Properties', 'Name'], 'live', 'another name'],
  ])('would show %s', async (_defect, path, value, complaint) => {
    const broken = plant(await packagedTemplate('dev'), path, value);
    expect([...versionDefects(broken), ...lifeDefects(broken), ...nameDefects(broken)].join()).toContain(complaint);
  });

  it('would show a version that goes with the next deployment, and a rule that hears too much or too little', async () => {
    const template = await packagedTemplate('dev');
    const [version = ''] = versionsOf(template).map(([id]) => id);
    for (const policy of ['DeletionPolicy', 'UpdateReplacePolicy'])
      expect(versionDefects(plant(template, [version, policy], undefined))).toEqual([
        'a version goes while runs are on it',
      ]);
    const [end = '', rule = ''] = ofType(template, 'AWS::Events::Rule')
      .map(([id]) => id)
      .toSorted();
    const detail = [rule, 'Properties', 'EventPattern', 'detail'];
    for (const [path, value, complaint] of [
      [[...detail, 'status'], ['FAILED'], 'other statuses'],
      [[...detail, 'status'], ['FAILED', 'STOPPED', 'TIMED_OUT'], 'other statuses'],
      [[...detail, 'status'], ['FAILED', 'PAUSED', 'STOPPED', 'SUCCEEDED', 'TIMED_OUT'], 'other statuses'],
      [[...detail, 'durableExecutionArn'], undefined, 'executions of others'],
      [[end, 'Properties', 'EventPattern', 'detail', 'status'], ['FAILED'], 'webhooks hear of no end'],
      [[rule, 'Properties', 'Targets', 0, 'DeadLetterConfig'], undefined, 'what cannot be delivered is lost'],
    ] as const)
      expect(ruleDefects(plant(template, [...path], value), 'dev')).toEqual([complaint]);
  });
});
