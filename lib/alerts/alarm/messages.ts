import * as z from 'zod/mini';
import { type AlarmDetails, changedDetails, publishedDetails } from './details.ts';

const STATES = ['ALARM', 'OK', 'INSUFFICIENT_DATA'] as const;
export type AlarmState = (typeof STATES)[number];

/** A change of state as CloudWatch tells it, whichever way it came. */
export interface AlarmMessage extends AlarmDetails {
  readonly name: string;
  /** Of the alarm, if it came: the same name may be in another region and account. */
  readonly arn: string | null;
  readonly state: AlarmState;
  readonly previous: AlarmState;
  /** As CloudWatch writes it. */
  readonly changedAt: string;
}

const state = z.enum(STATES);
const name = z.string().check(z.minLength(1), z.maxLength(255));
/** `2026-11-20T12:00:00.000+0000` */
const instant = z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text))));
const arn = z.optional(z.string());

/** What an alarm publishes on a topic, as far as it must be there; `alarm-details.ts` reads what may be. */
const Published = z.looseObject({
  AlarmName: name,
  AlarmArn: arn,
  NewStateValue: state,
  OldStateValue: state,
  StateChangeTime: instant,
});

/** What an alarm hands to a function, and what EventBridge says of one. */
const Changed = z.object({
  alarmName: name,
  state: z.looseObject({ value: state, timestamp: instant }),
  previousState: z.object({ value: state }),
});
const Invoked = z.object({ alarmArn: arn, alarmData: Changed });
const Event = z.object({
  'detail-type': z.literal('CloudWatch Alarm State Change'),
  resources: z.optional(z.array(z.string())),
  detail: Changed,
});

const fromChanged = (
  { alarmName, state, previousState }: z.output<typeof Changed>,
  arn: string | undefined,
): AlarmMessage => ({
  name: alarmName,
  arn: arn ?? null,
  state: state.value,
  previous: previousState.value,
  changedAt: state.timestamp,
  ...changedDetails(state),
});

/** One message; `null` where it is about no alarm: anybody with the right may publish to a topic. */
const messageIn = (value: unknown): AlarmMessage | null => {
  const published = z.safeParse(Published, value);
  if (published.success) {
    const { AlarmName, AlarmArn, NewStateValue, OldStateValue, StateChangeTime } = published.data;
    return {
      name: AlarmName,
      arn: AlarmArn ?? null,
      state: NewStateValue,
      previous: OldStateValue,
      changedAt: StateChangeTime,
      ...publishedDetails(published.data),
    };
  }
  const invoked = z.safeParse(Invoked, value);
  if (invoked.success) return fromChanged(invoked.data.alarmData, invoked.data.alarmArn);
  const event = z.safeParse(Event, value);
  return event.success ? fromChanged(event.data.detail, event.data.resources?.[0]) : null;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const Envelope = z.object({ Type: z.literal('Notification'), Message: z.string() });
const Records = z.object({
  Records: z.array(z.union([z.object({ Sns: z.object({ Message: z.string() }) }), z.object({ body: z.string() })])),
});

/** A queue holds what the topic says, in an envelope unless raw delivery is on. */
const fromQueue = (body: string): AlarmMessage | null => {
  const value = parsed(body);
  const envelope = z.safeParse(Envelope, value);
  return messageIn(envelope.success ? parsed(envelope.data.Message) : value);
};

/**
 * The messages in an event, `null` for each that is about no alarm: of SNS, of a queue that hears the topic, of an alarm that
 * calls the function itself, of a rule of EventBridge.
 */
export const readAlarmMessages = (event: unknown): (AlarmMessage | null)[] => {
  const records = z.safeParse(Records, event);
  if (!records.success) return [messageIn(event)];
  return records.data.Records.map((record) =>
    'Sns' in record ? messageIn(parsed(record.Sns.Message)) : fromQueue(record.body),
  );
};
