import { displayed, label, type Redacted } from '../kernel/redacted.ts';
import { type AlarmState, readAlarmMessages } from './alarm-messages.ts';
import { type Alert, alertId } from './alert.ts';

export type { AlarmState } from './alarm-messages.ts';

/** One change of an alarm's state. */
export interface Transition {
  /** The same for every delivery of this transition, and for no other: 32 hexadecimal digits. */
  readonly id: string;
  /** The same for every transition of this alarm, and for no other alarm of any region and account: 32 hexadecimal digits. */
  readonly alarmId: string;
  readonly alarm: Redacted;
  readonly state: AlarmState;
  readonly previous: AlarmState;
  /** ISO 8601 UTC. */
  readonly changedAt: string;
}

/** The transitions in an event, `null` for each message that is none. Never throws. */
export const readTransitions = (event: unknown): (Transition | null)[] =>
  readAlarmMessages(event).map((message) => {
    if (message === null) return null;
    const { name, arn, state, previous, changedAt } = message;
    const own = arn ?? name;
    return {
      id: alertId(own, changedAt),
      alarmId: alertId(own),
      alarm: displayed(name),
      state,
      previous,
      changedAt: new Date(changedAt).toISOString(),
    };
  });

/**
 * Whether anybody wants to know: that something is wrong, and that what was told to be wrong is over. An alarm that was just
 * made goes from no data to OK, which is no news; one that was told and lost its data in between is over then.
 */
export const newsOf = ({ state, previous }: Transition): 'begins' | 'ends' | 'ends-if-notified' | null => {
  if (state === 'ALARM') return 'begins';
  if (state !== 'OK') return null;
  return previous === 'ALARM' ? 'ends' : 'ends-if-notified';
};

/** The three characters that Slack reads as its own. */
const forSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const sentence = ({ alarm, state, changedAt }: Transition): string =>
  state === 'ALARM'
    ? `:rotating_light: *${forSlack(alarm)}* is in ALARM since ${changedAt}. docs/alarms.md says what it means and what to do.`
    : `:white_check_mark: *${forSlack(alarm)}* is OK again since ${changedAt}.`;

/** A transition as it is told. */
export const alarmAlert = (transition: Transition): Alert => {
  const { id, alarm, state, previous, changedAt } = transition;
  return {
    id,
    alarm,
    state: label(state),
    text: sentence(transition),
    fields: { type: 'alarm.changed', alarm, state, previous, changedAt },
  };
};
