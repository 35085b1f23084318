import type { AlarmState } from '../../lib/alerts/alarm/messages.ts';

export interface Change {
  readonly name?: string;
  readonly from?: AlarmState;
  readonly to?: AlarmState;
  /** As CloudWatch writes it. */
  readonly at?: string;
}

/** What CloudWatch publishes, with more in it than Ballast reads. */
export const notification = ({ name = 'ballast-dev-errors', from = 'OK', to = 'ALARM', at }: Change = {}) => ({
  AlarmName: name,
  AlarmDescription: 'Requests were answered with a status of 500 or more',
  AWSAccountId: '123456789012',
  NewStateValue: to,
  NewStateReason:
    'Threshold Crossed: 1 out of the last 1 datapoints [7.0 (20/11/26 11:55:00)] was greater than or equal to the threshold (5.0) (canary).',
  StateChangeTime: at ?? '2026-11-20T12:00:00.000+0000',
  Region: 'Europe (Frankfurt)',
  AlarmArn: `arn:aws:cloudwatch:eu-central-1:123456789012:alarm:${name}`,
  OldStateValue: from,
  Trigger: {
    MetricName: 'ServerErrors',
    Namespace: 'Ballast',
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    Threshold: 5,
  },
});

/** The event in which SNS hands messages to a function. */
export const snsEvent = (...messages: readonly unknown[]) => ({
  Records: messages.map((message) => ({
    EventSource: 'aws:sns',
    EventSubscriptionArn: 'arn:aws:sns:eu-central-1:123456789012:ballast-dev-alarms:1',
    Sns: { Type: 'Notification', Message: typeof message === 'string' ? message : JSON.stringify(message) },
  })),
});
