import { describe, expect, it } from 'vitest';
import { alarmAlert, newsOf } from '../../lib/alerts/alarm/alarm-alert.ts';
import type { AlarmState } from '../../lib/alerts/alarm/messages.ts';
import { RUNBOOK } from '../../lib/alerts/alarm/runbook.ts';
import { readTransitions } from '../../lib/alerts/alarm/transition.ts';
import { notification, snsEvent } from './sns.ts';

const only = (message: unknown) => readTransitions(snsEvent(message))[0];

describe('a notification of CloudWatch', () => {
  it('is read without its free text', () => {
    const transition = only(notification());
    expect(transition).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      alarmId: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      alarm: 'ballast-dev-errors',
      state: 'ALARM',
      previous: 'OK',
      changedAt: '2026-11-20T12:00:00.000Z',
      severity: 'page',
      value: 7,
      threshold: 5,
      comparison: 'at least',
      unit: '%',
      children: [],
      means: RUNBOOK['errors']?.means.replace('(10) %', '(5) %'),
      action: RUNBOOK['errors']?.action,
      look: 'npx ballast logs "request failed" --by code --stage dev --region eu-central-1',
      section: 'errors',
      url: 'https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#alarmsV2:alarm/ballast-dev-errors',
      follows: { causeId: only(notification({ name: 'ballast-dev-provider-down' }))?.alarmId, forMs: 600_000 },
    });
    expect(JSON.stringify(transition)).not.toMatch(/canary|123456789012/);
  });

  it('has the same id in each delivery, and another for each alarm and each change', () => {
    const id = (change = {}) => only(notification(change))?.id;
    expect(id()).toBe(id());
    const ids = [id(), id({ name: 'ballast-dev-probe-silent' }), id({ at: '2026-11-20T12:01:00.000+0000' })];
    expect(new Set(ids).size).toBe(3);
  });

  it.each<[string, unknown]>([
    ['no JSON', 'hello'],
    ['another JSON', { hello: 'there' }],
    ['an unknown state', { ...notification(), NewStateValue: 'BROKEN' }],
    ['no instant', { ...notification(), StateChangeTime: 'now' }],
    ['no name', { ...notification(), AlarmName: '' }],
  ])('is not %s', (_what, message) => {
    expect(only(message)).toBeNull();
  });

  it('comes from a topic, a queue behind it, an alarm that calls, and a rule of EventBridge', () => {
    const published = notification();
    const changed = {
      alarmName: 'ballast-dev-errors',
      state: {
        value: 'ALARM',
        reason: 'canary',
        reasonData: JSON.stringify({ version: '1.0', threshold: 5, recentDatapoints: [1, null, 7] }),
        timestamp: published.StateChangeTime,
      },
      previousState: { value: 'OK' },
    };
    const queued = (body: unknown) => ({ Records: [{ eventSource: 'aws:sqs', body: JSON.stringify(body) }] });
    const events = [
      snsEvent(published),
      queued(published),
      queued({ Type: 'Notification', Message: JSON.stringify(published) }),
      { source: 'aws.cloudwatch', alarmArn: published.AlarmArn, alarmData: changed },
      { 'detail-type': 'CloudWatch Alarm State Change', resources: [published.AlarmArn], detail: changed },
      snsEvent({ 'detail-type': 'CloudWatch Alarm State Change', resources: [published.AlarmArn], detail: changed }),
    ];
    const { comparison: _, ...expected } = only(published) ?? {};
    for (const event of events) expect(readTransitions(event)).toMatchObject([expected]);
  });

  it.each([[{ detail: {} }], [null], ['text'], [{ source: 'aws.cloudwatch', alarmData: {} }]])(
    'is not in the event %j',
    (event) => {
      expect(readTransitions(event)).toEqual([null]);
    },
  );

  it('is one of several messages of an event', () => {
    expect(readTransitions(snsEvent(notification(), 'hello', notification()))).toHaveLength(3);
  });

  it('of the same name and instant in two accounts is two', () => {
    const other = { ...notification(), AlarmArn: 'arn:aws:cloudwatch:us-east-1:444455556666:alarm:ballast-dev-errors' };
    const [one, two] = [only(notification()), only(other)];
    expect([one?.id === two?.id, one?.alarmId === two?.alarmId]).toEqual([false, false]);
  });

  it.each([
    ['two words & <more> *of* them', 'two words & <more> *of* them'],
    ['エラー', 'エラー'],
    ['on two\nlines\u0007', 'on two lines'],
    ['turned \u202Earound', 'turned  around'],
    ['half \uD800 a pair', 'half   a pair'],
    ['key sk-ant-api03-canary', '(withheld)'],
    ['\u200B', '(withheld)'],
  ])('names the alarm %j as %j', (name, shown) => {
    expect(only(notification({ name }))?.alarm).toBe(shown);
  });

  it('is told to Slack in its own alphabet', () => {
    const transition = only(notification({ name: 'a & <b>' }));
    expect(transition && alarmAlert(transition).text).toContain('*a &amp; &lt;b&gt;*');
  });
});

it.each<[AlarmState, AlarmState, ReturnType<typeof newsOf>]>([
  ['OK', 'ALARM', 'begins'],
  ['INSUFFICIENT_DATA', 'ALARM', 'begins'],
  ['ALARM', 'OK', 'ends'],
  ['INSUFFICIENT_DATA', 'OK', 'ends-if-notified'],
  ['ALARM', 'INSUFFICIENT_DATA', null],
])('A change from %s to %s is news: %s', (from, to, news) => {
  const transition = only(notification({ from, to }));
  expect(transition && newsOf(transition)).toBe(news);
});
