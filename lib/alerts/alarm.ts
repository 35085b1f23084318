import * as z from 'zod/mini';
import { label, type Redacted } from '../kernel/redacted.ts';
import { type Alert, alertId } from './alert.ts';

const STATES = ['ALARM', 'OK', 'INSUFFICIENT_DATA'] as const;
export type AlarmState = (typeof STATES)[number];

/** One change of an alarm's state. */
export interface Transition {
  /** The same for every delivery of this transition, and for no other: 32 hexadecimal digits. */
  readonly id: string;
  readonly alarm: Redacted;
  readonly state: AlarmState;
  readonly previous: AlarmState;
  /** ISO 8601 UTC. */
  readonly changedAt: string;
}

/** What CloudWatch publishes, as far as it is told on; its reasons are free text and are left out. */
const Notification = z.object({
  AlarmName: z.string().check(z.minLength(1), z.maxLength(255)),
  NewStateValue: z.enum(STATES),
  OldStateValue: z.enum(STATES),
  // `2026-11-20T12:00:00.000+0000`
  StateChangeTime: z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text)))),
});

const SnsEvent = z.object({ Records: z.array(z.object({ Sns: z.object({ Message: z.string() }) })) });

/** `null` where the text is no notification of an alarm: anybody with the right may publish to a topic. */
const readNotification = (message: string): Transition | null => {
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch {
    return null;
  }
  const parsed = z.safeParse(Notification, value);
  if (!parsed.success) return null;
  const { AlarmName, NewStateValue, OldStateValue, StateChangeTime } = parsed.data;
  return {
    id: alertId(AlarmName, StateChangeTime),
    alarm: label(AlarmName),
    state: NewStateValue,
    previous: OldStateValue,
    changedAt: new Date(StateChangeTime).toISOString(),
  };
};

/** The transitions in an event of SNS, `null` for each message that is none. Throws a ZodError on another event. */
export const readTransitions = (event: unknown): (Transition | null)[] =>
  z.parse(SnsEvent, event).Records.map(({ Sns }) => readNotification(Sns.Message));

/**
 * Whether anybody wants to know: that something is wrong, and that it is over. An alarm that was just made goes
 * from no data to OK, which is no news.
 */
export const isNews = ({ state, previous }: Transition): boolean =>
  state === 'ALARM' || (state === 'OK' && previous === 'ALARM');

const sentence = ({ alarm, state, changedAt }: Transition): string =>
  state === 'ALARM'
    ? `:rotating_light: *${alarm}* is in ALARM since ${changedAt}. docs/alarms.md says what it means and what to do.`
    : `:white_check_mark: *${alarm}* is OK again since ${changedAt}.`;

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
