import { describe, expect, it } from 'vitest';
import type { Template } from '../../scripts/compiled-template.ts';
import { declareMail, dropUnset, mailNotice } from '../../scripts/declare-alarms.ts';

const templateOf = (address: string): Template => ({
  Resources: {
    NoticeSubscription: { Type: 'AWS::SNS::Subscription', Properties: { Protocol: 'email', Endpoint: address } },
    NotifyDashalarmLambdaFunction: {
      Type: 'AWS::Lambda::Function',
      Properties: { Environment: { Variables: { STAGE: 'dev', NOTICE_TOPIC: { Ref: 'NoticeTopic' } } } },
    },
  },
});

const topicIn = ({ Resources }: Template) =>
  (
    Resources['NotifyDashalarmLambdaFunction']?.Properties as {
      Environment: { Variables: Record<string, unknown> };
    }
  ).Environment.Variables['NOTICE_TOPIC'];

describe('the mail of a stage', () => {
  it('goes to the address of its parameter, and its functions know the topic', () => {
    const template = templateOf('ops@example.com');
    declareMail(template);
    expect(template.Resources['NoticeSubscription']?.Properties['Endpoint']).toBe('ops@example.com');
    expect(topicIn(template)).toEqual({ Ref: 'NoticeTopic' });
    expect(mailNotice(template, 'dev')).toBeNull();
  });

  it('is none without an address, which a deployment says', () => {
    const template = templateOf('');
    declareMail(template);
    expect(template.Resources['NoticeSubscription']).toBeUndefined();
    expect(topicIn(template)).toBe('');
    expect(mailNotice(template, 'dev')).toMatch(/alarmEmail is not set.*ballast\/dev\/alerts.*nobody is notified/);
  });

  it('is refused where the parameter is no address', () => {
    expect(() => declareMail(templateOf('ops'))).toThrow('alarmEmail is no address');
  });
});

it('An alarm without a threshold is not made, and 0 is one', () => {
  const alarm = (Threshold: unknown) => ({ Type: 'AWS::CloudWatch::Alarm', Properties: { Threshold } });
  const template = { Resources: { Off: alarm(''), Zero: alarm(0), On: alarm('5') } };
  dropUnset(template);
  expect(Object.keys(template.Resources)).toEqual(['Zero', 'On']);
});
