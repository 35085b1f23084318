import { label, safe } from '../../kernel/redacted.ts';
import { alarmAlert, given } from '../alarm/alarm-alert.ts';
import { PLAIN, SLACK, type Style } from '../alarm/text.ts';
import type { Transition } from '../alarm/transition.ts';
import { type Alert, alertId } from '../alert.ts';
import { CALM_AFTER_MS, MOST_BEGINS, WINDOW_MS } from './flapping.ts';
import type { Storm, StormAlarm } from './storms.ts';

const MAX_LISTED = 50;

/** So many have their text: Slack takes 40,000 characters. */
const MOST_TEXTS = 20;

/** What an alarm by itself says: those of a storm have no other message. */
const textOf = ({ means, action, look }: StormAlarm, { strong, quoted, typed }: Style): string[] => [
  ...(means === null ? [] : [`  ${strong('What it means:')} ${quoted(means)}`]),
  ...(action === null ? [] : [`  ${strong('What to do:')} ${quoted(action)}`]),
  ...(look === null ? [] : [`  ${strong('To look:')} ${typed(look)}`]),
];

const stormText = ({ state, alarms }: Storm, style: Style): string => {
  const { strong, quoted, signs } = style;
  const isOn = state === 'ALARM';
  const sign = isOn ? signs[alarms[0]?.severity ?? 'ticket'] : signs.over;
  const listed = alarms
    .slice(0, MAX_LISTED)
    .flatMap((each, nth) => [
      `- ${quoted(each.alarm)} (${each.severity})`,
      ...(isOn && nth < MOST_TEXTS ? textOf(each, style) : []),
    ]);
  const more = alarms.length > MAX_LISTED ? [`- and ${alarms.length - MAX_LISTED} more`] : [];
  const head = `${alarms.length} alarms ${isOn ? 'went off' : 'are OK again'}`;
  return [`${sign}${strong(head)} within seconds:`, ...listed, ...more].join('\n');
};

/** Many changes at once, in one message. */
export const stormAlert = (storm: Storm): Alert => {
  const { id, state, alarms } = storm;
  return {
    id,
    alarm: safe`storm of ${alarms.length}`,
    state: label(state),
    text: stormText(storm, SLACK),
    mail: {
      subject: `${state === 'ALARM' ? 'ALARM' : state}: ${alarms.length} alarms at once`,
      text: stormText(storm, PLAIN),
    },
    fields: {
      type: 'alarm.storm',
      state,
      ...(state === 'ALARM' ? { severity: alarms[0]?.severity ?? 'ticket' } : {}),
      count: alarms.length,
      alarms: alarms.map(({ alarm }) => alarm),
      details: alarms.map(({ alarm, severity, ...texts }) => ({
        alarm,
        severity,
        ...(state === 'ALARM' ? given(texts) : {}),
      })),
    },
  };
};

const minutes = (ms: number): number => ms / 60_000;

/** What is said of a change, with a sentence more. */
const withSentence = (alert: Alert, sentence: string, flapping?: string): Alert => ({
  ...alert,
  text: `${alert.text}\n${sentence}`,
  mail: alert.mail === null ? null : { ...alert.mail, text: `${alert.mail.text}\n${sentence}` },
  fields: flapping === undefined ? alert.fields : { ...alert.fields, flapping },
});

/** Of an alarm that goes on and off: the last that is heard of it until it is calm. */
export const flappingAlert = (transition: Transition): Alert =>
  withSentence(
    alarmAlert(transition),
    `It is flapping: it went off more than ${MOST_BEGINS} times in ${minutes(WINDOW_MS)} minutes. Nothing more is said of it ` +
      `until it has not changed for ${minutes(CALM_AFTER_MS)} minutes.`,
    'begins',
  );

/** Of one that flapped and is OK. */
export const calmAlert = (transition: Transition): Alert => ({
  ...withSentence(alarmAlert(transition), 'It was flapping, and is calm.', 'ends'),
  id: alertId('calm', transition.alarmId, transition.changedAt),
});

/** Of one that flapped and is in ALARM to stay. */
export const lastsAlert = (transition: Transition): Alert => ({
  ...withSentence(alarmAlert(transition), 'It was flapping, and stays on.', 'ends'),
  id: alertId('lasts', transition.alarmId, transition.changedAt),
});

/** Of one that was not told while its cause was on, and is in ALARM to stay. */
export const outlastsAlert = (transition: Transition): Alert => ({
  ...withSentence(
    alarmAlert(transition),
    'It began together with another alarm that told of it too, and outlasts that.',
  ),
  id: alertId('outlasts', transition.alarmId, transition.changedAt),
});
