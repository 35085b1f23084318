import { describe, expect, it } from 'vitest';
import { RUNBOOK } from '../../lib/alerts/alarm/runbook.ts';
import type { Template } from '../../scripts/compiled-template.ts';
import {
  declareCauses,
  declareMail,
  declareUnmade,
  dropTickets,
  dropUnset,
  mailNotice,
} from '../../scripts/declare-alarms.ts';

const WRITE = { Sid: 'WriteOwnLog', Resource: { 'Fn::GetAtt': ['NotifyDashalarmLogGroup', 'Arn'] } };
const MAIL = { Sid: 'Mail', Action: 'sns:Publish', Resource: { Ref: 'NoticeTopic' } };

const templateOf = (address: string): Template => ({
  Resources: {
    NoticeSubscription: { Type: 'AWS::SNS::Subscription', Properties: { Protocol: 'email', Endpoint: address } },
    NotifyDashalarmLambdaFunction: {
      Type: 'AWS::Lambda::Function',
      Properties: { Environment: { Variables: { STAGE: 'dev', NOTICE_TOPIC: { Ref: 'NoticeTopic' } } } },
    },
    NotifyAlarmRole: {
      Type: 'AWS::IAM::Role',
      Properties: { Policies: [{ PolicyDocument: { Statement: [WRITE, MAIL] } }] },
    },
  },
});

const topicIn = ({ Resources }: Template) =>
  (
    Resources['NotifyDashalarmLambdaFunction']?.Properties as {
      Environment: { Variables: Record<string, unknown> };
    }
  ).Environment.Variables['NOTICE_TOPIC'];

const statementsIn = ({ Resources }: Template) =>
  (
    Resources['NotifyAlarmRole']?.Properties as {
      Policies: readonly [{ PolicyDocument: { Statement: readonly unknown[] } }];
    }
  ).Policies[0].PolicyDocument.Statement;

describe('the mail of a stage', () => {
  it('goes to the address of its parameter, and its functions know the topic and may publish there', () => {
    const template = templateOf('ops@example.com');
    declareMail(template);
    expect(template.Resources['NoticeSubscription']?.Properties['Endpoint']).toBe('ops@example.com');
    expect(topicIn(template)).toEqual({ Ref: 'NoticeTopic' });
    expect(statementsIn(template)).toEqual([WRITE, MAIL]);
    expect(mailNotice(template, 'dev')).toBeNull();
  });

  it('is none without an address, which a deployment says, and no function may publish', () => {
    const template = templateOf('');
    declareMail(template);
    expect(template.Resources['NoticeSubscription']).toBeUndefined();
    expect(topicIn(template)).toBe('');
    expect(statementsIn(template)).toEqual([WRITE]);
    expect(mailNotice(template, 'dev')).toMatch(/alarmEmail is not set.*ballast\/dev\/alerts.*nobody is notified/);
  });

  it('is refused where the parameter is no address', () => {
    expect(() => declareMail(templateOf('ops'))).toThrow('alarmEmail is no address');
  });
});

describe('an alarm of a stage', () => {
  const alarm = (Threshold: unknown, Expression?: string) => ({
    Type: 'AWS::CloudWatch::Alarm',
    Properties: { Threshold, ...(Expression === undefined ? {} : { Metrics: [{ Id: 'rate', Expression }] }) },
  });
  const composite = (...DependsOn: string[]) => ({
    Type: 'AWS::CloudWatch::CompositeAlarm',
    Properties: { AlarmRule: 'ALARM("x")' },
    DependsOn,
  });

  it('is not made without a threshold, and 0 is one', () => {
    const template = { Resources: { Off: alarm(''), Zero: alarm(0), On: alarm('5') } };
    dropUnset(template);
    expect(Object.keys(template.Resources)).toEqual(['Zero', 'On']);
  });

  it('is not made of one that is not made, and other composite ones are', () => {
    const template = {
      Resources: { Both: composite('Off', 'On'), Kept: composite('On'), Off: alarm(''), On: alarm('5') },
    };
    dropUnset(template);
    expect(Object.keys(template.Resources)).toEqual(['Kept', 'On']);
    const named = { ...composite(), Properties: { AlarmRule: 'ALARM("ballast-dev-off") OR ALARM("ballast-dev-on")' } };
    const off = { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmName: 'ballast-dev-off', Threshold: '' } };
    const byName = { Resources: { Off: off, Named: named } };
    dropUnset(byName);
    expect(byName.Resources).toEqual({});
  });

  it('by a rate is refused where the least number of calls or runs is empty', () => {
    const rate = (least: string) => ({ Resources: { ErrorsAlarm: alarm(10, `IF(calls >= ${least}, 100 * part, 0)`) } });
    expect(() => dropUnset(rate(''))).toThrow(
      'ErrorsAlarm needs a least number of calls or runs: its parameter …MinCalls or …MinRuns is empty.',
    );
    for (const least of ['0', '4']) expect(() => dropUnset(rate(least))).not.toThrow();
    expect(() => dropUnset({ Resources: { Off: alarm('', 'IF(calls >= , 100 * part, 0)') } })).not.toThrow();
  });

  it('waits for no composite one where none is made, which the functions are told', () => {
    const functions = { Type: 'AWS::Lambda::Function', Properties: { Environment: { Variables: {} } } };
    const stage = (COMPOSITE_ALARMS: string, ...alarms: ReturnType<typeof composite>[]) => ({
      Resources: {
        Function: { ...functions, Properties: { Environment: { Variables: { COMPOSITE_ALARMS } } } },
        Other: { ...functions, Properties: { Environment: { Variables: {} } } },
        ...Object.fromEntries(alarms.map((one, at) => [`Alarm${at}`, one])),
      },
    });
    const [without, withOne] = [stage('true'), stage('true', composite('On'))];
    declareCauses(without);
    declareCauses(withOne);
    expect([without, withOne]).toEqual([stage('false'), stage('true', composite('On'))]);
  });

  it('is not made, which the functions are told by its name', () => {
    const named = (name: string) => ({
      Type: 'AWS::CloudWatch::Alarm',
      Properties: { AlarmName: `ballast-dev-${name}` },
    });
    const Variables: Record<string, unknown> = { UNMADE_ALARMS: '' };
    const kept = Object.keys(RUNBOOK).filter((name) => name !== 'run-cost' && name !== 'daily-forecast');
    const Resources = {
      Function: { Type: 'AWS::Lambda::Function', Properties: { Environment: { Variables } } },
      ...Object.fromEntries(kept.map((name) => [name, named(name)])),
    };
    declareUnmade({ Resources }, 'dev');
    expect(Variables).toEqual({ UNMADE_ALARMS: 'run-cost,daily-forecast' });
  });

  it('is made by its severity where a stage has only those for which somebody gets up, of your own all', () => {
    const named = (name: string) => ({
      Type: 'AWS::CloudWatch::Alarm',
      Properties: { AlarmName: `ballast-dev-${name}`, Threshold: 1 },
    });
    const stage = () => ({
      Resources: {
        Page: named('errors'),
        Ticket: named('latency-p95'),
        Second: named('lambda-errors-2'),
        Own: named('shop'),
        Both: composite('Page', 'Ticket'),
      },
    });
    const [pages, all] = [stage(), stage()];
    dropTickets(pages, 'page', 'dev');
    expect(Object.keys(pages.Resources)).toEqual(['Page', 'Own']);
    dropTickets(all, 'all', 'dev');
    expect(all).toEqual(stage());
    expect(() => dropTickets(stage(), '', 'dev')).toThrow('alarms must be page or all');
  });
});
