import { beforeAll, describe, expect, it } from 'vitest';
import { HOLD_MS } from '../../lib/alerts/damping/consequences.ts';
import { MAX_WAIT_MS } from '../../lib/alerts/damping/storms.ts';
import { LEASE_MS } from '../../lib/alerts/targets/dynamodb-claims.ts';
import { packaged, packagedTemplate, STAGES } from './packaged.ts';
import { at, functionAt, ofType, plant, resource, type Template } from './template.ts';

const SCHEDULE = 'ProbeDashdependenciesSchedulerSchedule1';
const PROBE = 'ProbeDashdependenciesLambdaFunction';
const RECONCILE = 'ReconcileDashbudgetsLambdaFunction';
const SWEEP = 'SweepDashrunsLambdaFunction';
const DELIVER = 'DeliverDashwebhooksLambdaFunction';
const NOTIFY = 'NotifyDashalarmLambdaFunction';

/** What is called by itself: when, and by which role. A role calls one function. */
const CALLED: Readonly<Record<string, { readonly role: string; readonly when: string }>> = {
  [PROBE]: { role: 'ProbeScheduleRole', when: 'rate(1 minute)' },
  [RECONCILE]: { role: 'ReconcileScheduleRole', when: 'rate(1 minute)' },
  [DELIVER]: { role: 'DeliverScheduleRole', when: 'rate(1 minute)' },
  [NOTIFY]: { role: 'NotifyScheduleRole', when: 'rate(5 minutes)' },
  [SWEEP]: { role: 'SweepScheduleRole', when: 'rate(1 minute)' },
};

/** Seconds from one call to the next. */
const periodOf = (when: string): number => {
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(when) ?? [];
  return Number(count) * ({ minute: 60, hour: 3_600, day: 86_400 }[unit] ?? Number.NaN);
};

const scheduleDefects = (template: Template): string[] => {
  const schedules = ofType(template, 'AWS::Scheduler::Schedule').map(([, { Properties }]) => Properties);
  const called = (properties: unknown) => functionAt(template, at(properties, 'Target', 'Arn'));
  return [
    ...(schedules.map(called).sort().join() === Object.keys(CALLED).sort().join() ? [] : ['other functions']),
    ...schedules.flatMap((properties) => [
      ...(properties['ScheduleExpression'] === CALLED[called(properties)]?.when ? [] : ['another rate']),
      ...(properties['State'] === 'ENABLED' ? [] : ['not enabled']),
      ...(at(properties, 'Target', 'RoleArn', 'Fn::GetAtt', 0) === CALLED[called(properties)]?.role
        ? []
        : ['another role']),
    ]),
  ];
};

const topicDefects = (template: Template, stage: string): string[] => {
  const topic = resource(template, 'AlarmTopic').Properties;
  const statements = at(resource(template, 'AlarmTopicPolicy').Properties, 'PolicyDocument', 'Statement') as unknown[];
  const publishers = statements.filter((statement) => at(statement, 'Effect') === 'Allow');
  const permission = ofType(template, 'AWS::Lambda::Permission').find(
    ([, { Properties }]) => Properties['Principal'] === 'sns.amazonaws.com',
  )?.[1];
  const subscription = ofType(template, 'AWS::SNS::Subscription').find(
    ([, { Properties }]) => Properties['Protocol'] === 'lambda',
  )?.[1].Properties;
  return [
    ...(topic['TopicName'] === `ballast-${stage}-alarms` ? [] : ['another name']),
    ...(at(subscription, 'TopicArn', 'Ref') === 'AlarmTopic' ? [] : ['nobody listens']),
    ...(functionAt(template, at(subscription, 'Endpoint')) === NOTIFY ? [] : ['another listener']),
    ...(at(permission?.Properties, 'SourceArn', 'Ref') === 'AlarmTopic' ? [] : ['SNS may not call']),
    ...(publishers.length === 1 &&
    at(publishers[0], 'Principal', 'Service') === 'cloudwatch.amazonaws.com' &&
    at(publishers[0], 'Condition', 'StringEquals', 'aws:SourceAccount', 'Ref') === 'AWS::AccountId'
      ? []
      : ['others may publish']),
  ];
};

const retriesOf = (template: Template, id: string): unknown =>
  ofType(template, 'AWS::Lambda::EventInvokeConfig')
    .map(([, { Properties }]) => Properties)
    .find((properties) => at(properties, 'FunctionName', 'Ref') === id)?.['MaximumRetryAttempts'];

beforeAll(packaged);

describe('what calls functions beside the API', () => {
  it.each(STAGES)('is a scheduler, when it should, by a role for each function in %s', async (stage) => {
    expect(scheduleDefects(await packagedTemplate(stage))).toEqual([]);
  });

  it.each(STAGES)('is the topic of the alarms, where CloudWatch alone may publish, in %s', async (stage) => {
    expect(topicDefects(await packagedTemplate(stage), stage)).toEqual([]);
  });

  it('is called again where an alarm could not be told, and not what comes again in a minute', async () => {
    const template = await packagedTemplate('prod');
    for (const id of Object.keys(CALLED)) expect(retriesOf(template, id)).toBe(id === NOTIFY ? 2 : 0);
    expect(retriesOf(template, 'ProjectDashrunDashstatusLambdaFunction')).toBe(2);
  });

  it('leaves an alarm enough time: the lease of a claim outlives the function, and ends before the next delivery', async () => {
    const seconds = Number(resource(await packagedTemplate('prod'), NOTIFY).Properties['Timeout']);
    // A cause is waited for before anything is claimed; whoever did that gathers no storm.
    expect(HOLD_MS).toBeGreaterThan(MAX_WAIT_MS);
    expect(LEASE_MS).toBeGreaterThan(seconds * 1_000 - HOLD_MS);
    // What may be left after it: the tries of a target, and the store's own limits.
    expect(seconds * 1_000 - HOLD_MS).toBeGreaterThanOrEqual(40_000);
    // Lambda calls again after one minute, then after two.
    expect(LEASE_MS).toBeLessThan(60_000);
  });

  it('ends before it begins again', async () => {
    const template = await packagedTemplate('prod');
    for (const [id, { when }] of Object.entries(CALLED))
      expect(Number(resource(template, id).Properties['Timeout'])).toBeLessThan(periodOf(when));
  });

  it.each<[string, (string | number)[], unknown, string]>([
    ['another rate', [SCHEDULE, 'Properties', 'ScheduleExpression'], 'rate(1 hour)', 'another rate'],
    ['a schedule that is off', [SCHEDULE, 'Properties', 'State'], 'DISABLED', 'not enabled'],
    [
      'one function twice',
      ['ReconcileDashbudgetsSchedulerSchedule1', 'Properties', 'Target', 'Arn'],
      { 'Fn::GetAtt': [PROBE, 'Arn'] },
      'other functions',
    ],
    ['the role of a function', [SCHEDULE, 'Properties', 'Target', 'RoleArn'], 'x', 'another role'],
  ])('would show %s', async (_defect, path, value, complaint) => {
    expect(scheduleDefects(plant(await packagedTemplate('dev'), path, value)).join()).toContain(complaint);
  });

  it('would show a topic that anybody may publish to', async () => {
    const path = ['AlarmTopicPolicy', 'Properties', 'PolicyDocument', 'Statement', 0, 'Principal'];
    expect(topicDefects(plant(await packagedTemplate('dev'), path, '*'), 'dev')).toEqual(['others may publish']);
  });
});
