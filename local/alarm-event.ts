import { StartRefused } from './start-refused.ts';

const OTHER = { ALARM: 'OK', OK: 'ALARM' } as const;

const isState = (text: string | undefined): text is keyof typeof OTHER => text !== undefined && text in OTHER;

/**
 * The event by which SNS tells a function that an alarm changed its state, as CloudWatch publishes it; `name` is one of
 * `docs/alarms.md` or a whole name. Throws `StartRefused` with the usage where an argument is missing or another.
 */
export const alarmEvent = (name: string | undefined, state: string | undefined, now: number) => {
  if (name === undefined || !/^[\w.-]{1,200}$/.test(name) || !isState(state)) {
    throw new StartRefused(
      'Name an alarm and its new state, ALARM or OK, as in npm run alarm -- circuit-open ALARM; docs/alarms.md has the names.',
    );
  }
  const AlarmName = name.startsWith('ballast-') ? name : `ballast-local-${name}`;
  const message = {
    AlarmName,
    AlarmDescription: 'Sent by hand',
    AWSAccountId: '000000000000',
    NewStateValue: state,
    NewStateReason: 'Sent by hand',
    StateChangeTime: new Date(now).toISOString().replace('Z', '+0000'),
    Region: 'US East (N. Virginia)',
    OldStateValue: OTHER[state],
  };
  const TopicArn = 'arn:aws:sns:us-east-1:000000000000:ballast-local-alarms';
  const Sns = { Type: 'Notification', TopicArn, Subject: `${state}: "${AlarmName}"`, Message: JSON.stringify(message) };
  return { Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', Sns }] };
};
