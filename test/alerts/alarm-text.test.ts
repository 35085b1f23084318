import { describe, expect, it } from 'vitest';
import { alarmAlert } from '../../lib/alerts/alarm/alarm-alert.ts';
import { RUNBOOK } from '../../lib/alerts/alarm/runbook.ts';
import { readTransitions } from '../../lib/alerts/alarm/transition.ts';
import type { Alert } from '../../lib/alerts/alert.ts';
import { notification, snsEvent } from './sns.ts';

const alertOf = (message: unknown): Alert => {
  const transition = readTransitions(snsEvent(message))[0] ?? null;
  if (transition === null) throw new Error('It is no alarm.');
  return alarmAlert(transition);
};

const ARN = 'arn:aws:cloudwatch:eu-central-1:123456789012:alarm:';
const { means: byDefault = '', action = '' } = RUNBOOK['errors'] ?? {};
const LOOK = 'npx ballast logs "request failed" --by code --stage dev --region eu-central-1';
/** The stage's own threshold is 5. */
const means = byDefault.replace('(10) %', '(5) %');
const LINK =
  'https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#alarmsV2:alarm/ballast-dev-errors';

/** As CloudWatch publishes the change of a composite alarm: without a trigger. */
const composite = (children: unknown) => {
  const { Trigger: _, ...rest } = notification({ name: 'ballast-dev-provider-down' });
  return {
    ...rest,
    NewStateReason: `${ARN}ballast-dev-errors transitioned to ALARM at Friday 20 November, 2026 12:00:00 UTC`,
    AlarmRule: 'ALARM("ballast-dev-errors")',
    TriggeringChildren: children,
  };
};

describe('the text of an alarm', () => {
  it('says in Slack what is wrong since when and how much, what it means, what to do, and where to look', () => {
    expect(alertOf(notification()).text.split('\n')).toEqual([
      ':rotating_light: *ballast-dev-errors* (page) is in ALARM since 2026-11-20T12:00:00.000Z.',
      'Value: 7 %. Threshold: at least 5 %.',
      `*What it means:* ${means}`,
      `*What to do:* ${action}`,
      `*To look:* \`${LOOK}\``,
      'More in docs/alarms.md#errors.',
      `<${LINK}|The alarm>`,
    ]);
  });

  it('says the same in a mail, without markup', () => {
    const { mail } = alertOf(notification());
    expect(mail?.subject).toBe('ALARM (page): ballast-dev-errors');
    expect(mail?.text).toContain(`What it means: ${means}\nWhat to do: ${action}\nTo look: ${LOOK}\n`);
    expect(mail?.text).toContain(`The alarm: ${LINK}`);
    expect(mail?.text).not.toMatch(/[*<>]|:[a-z_]+: /);
  });

  it('says to programs what it says to people, beside what it always said', () => {
    expect(alertOf(notification()).fields).toEqual({
      type: 'alarm.changed',
      alarm: 'ballast-dev-errors',
      state: 'ALARM',
      previous: 'OK',
      changedAt: '2026-11-20T12:00:00.000Z',
      severity: 'page',
      value: 7,
      threshold: 5,
      comparison: 'at least',
      unit: '%',
      means,
      action,
      look: LOOK,
      url: LINK,
    });
  });

  it('of an end says since when it is over, and no more', () => {
    const { text, mail } = alertOf(notification({ from: 'ALARM', to: 'OK' }));
    expect(text).toBe(
      `:white_check_mark: *ballast-dev-errors* is OK again since 2026-11-20T12:00:00.000Z.\n<${LINK}|The alarm>`,
    );
    expect(mail?.subject).toBe('OK: ballast-dev-errors');
  });

  it.each<[string, object, string]>([
    ['milliseconds', notification({ name: 'ballast-dev-latency-p95' }), 'Value: 7 ms. Threshold: at least 5 ms.'],
    [
      'seconds',
      {
        ...notification({ name: 'ballast-dev-latency-p95' }),
        NewStateReason: 'Threshold Crossed: 1 datapoint [82201.0 (20/11/26 11:55:00)] was',
        Trigger: { Threshold: 60_000, ComparisonOperator: 'GreaterThanThreshold' },
      },
      'Value: 82.201 s. Threshold: more than 60 s.',
    ],
    ['money', notification({ name: 'ballast-dev-run-cost' }), 'Value: $7. Threshold: at least $5.'],
    [
      'no reason',
      { ...notification(), NewStateReason: 'Unchecked: Initial alarm creation' },
      'Threshold: at least 5 %.',
    ],
    ['no trigger', { ...notification(), Trigger: 'canary' }, 'Value: 7 %.'],
    [
      'another trigger',
      { ...notification(), Trigger: { Threshold: '5', ComparisonOperator: 'canary' } },
      'Value: 7 %.',
    ],
    [
      'a value with an exponent',
      { ...notification(), NewStateReason: 'Threshold Crossed: 1 datapoint [1.2345678E7 (20/11/26 11:55:00)] was' },
      'Value: 12345700 %. Threshold: at least 5 %.',
    ],
  ])('gives value and threshold of %s', (_what, message, line) => {
    const { text } = alertOf(message);
    expect(text.split('\n')[1]).toBe(line);
    expect(text).not.toContain('canary');
  });

  it.each<[string, number, string]>([
    ['errors', 5, 'at least `errorRateAlarmPercent` (5) % of the calls'],
    ['latency-p95', 90_000, 'longer than `latencyP95AlarmMs` (90 s).'],
    ['run-cost', 2.5, 'more than `runCostAlarmUsd` (2.5 US dollars).'],
    ['daily-spend', 1, 'more than `dailySpendAlarmUsd` (1 US dollar).'],
    ['unauthenticated', 7, 'at least `unauthenticatedAlarmThreshold` (7) requests'],
    // A parameter that is no threshold of the alarm's keeps its default.
    ['runs-stuck', 1, 'for `RUN_STUCK_MS` (30 minutes)'],
  ])('says of %s the threshold that the stage has', (name, Threshold, words) => {
    const message = notification({ name: `ballast-dev-${name}` });
    const trigger = { Threshold, ComparisonOperator: 'GreaterThanThreshold' };
    expect(alertOf({ ...message, Trigger: trigger }).text).toContain(words);
  });

  it.each<[string, object, string]>([
    ['probe-silent', { EvaluationPeriods: 9 }, 'for `probeSilentAlarmCount` (9) times in a row'],
    [
      'probe-unhealthy',
      { EvaluationPeriods: 5, DatapointsToAlarm: 2 },
      'In `probeUnhealthyAlarmCount` (2) of five probes',
    ],
    ['reconcile-silent', {}, 'For `reconcileSilentAlarmCount` (5) minutes'],
    // What is no count of the alarm's own is no threshold either.
    ['circuit-open', { EvaluationPeriods: 5, DatapointsToAlarm: 1, Threshold: 3 }, '`circuitOpenAlarmThreshold` (3)'],
  ])('says of %s how often it has to be so in the stage', (name, Trigger, words) => {
    const message = notification({ name: `ballast-dev-${name}` });
    expect(alertOf({ ...message, Trigger }).text).toContain(words);
  });

  it('says the default where the message has no threshold', () => {
    expect(alertOf({ ...notification(), Trigger: 'canary' }).text).toContain('(10) % of the calls');
  });

  it('of a composite alarm names those that made it go off, ten at most', () => {
    const state = { Value: 'ALARM', Timestamp: '2026-11-20T12:00:00.000+0000' };
    const child = (name: string) => ({ Arn: `${ARN}${name}`, State: state });
    expect(alertOf(composite([child('ballast-dev-errors'), child('a <b>')])).text).toContain(
      'Because of ballast-dev-errors, a &lt;b&gt;.',
    );
    const many = alertOf(composite(Array.from({ length: 40 }, (_, index) => child(`a${index}`))));
    expect(many.fields['children']).toHaveLength(10);
    expect(alertOf(composite('canary')).text).not.toMatch(/canary|Because/);
  });

  it('of an alarm of the operator says what they wrote, bounded and in no alphabet of Slack', () => {
    const own = notification({ name: 'queue-of-orders' });
    const { text, fields } = alertOf({ ...own, AlarmDescription: `<!channel> & *${'x'.repeat(2_000)}` });
    expect(text).toContain('*What it means:* &lt;!channel&gt; &amp; *xxx');
    expect(text).toContain(':warning: *queue-of-orders* (ticket)');
    expect(text).not.toMatch(/<!|What to do|To look|docs\/alarms/);
    expect(fields['means']).toHaveLength(255);
    const secret = alertOf({ ...own, AlarmDescription: 'sk-ant-api03-canary' });
    expect(JSON.stringify(secret)).not.toContain('canary');
  });

  it.each([
    ['arn:aws-cn:cloudwatch:cn-north-1:123456789012:alarm:x', 'https://cn-north-1.console.amazonaws.cn/'],
    [
      'arn:aws-us-gov:cloudwatch:us-gov-west-1:123456789012:alarm:x',
      'https://us-gov-west-1.console.amazonaws-us-gov.com/',
    ],
    [`${ARN}a b|<c>`, '#alarmsV2:alarm/a%20b%7C%3Cc%3E'],
    ['arn:aws:cloudwatch:evil.example/:123456789012:alarm:x', null],
    ['https://example.com', null],
  ])('links %s to %s', (AlarmArn, link) => {
    const { url } = alertOf({ ...notification(), AlarmArn }).fields;
    if (link === null) expect(url).toBeUndefined();
    else expect(url).toContain(link);
  });
});
