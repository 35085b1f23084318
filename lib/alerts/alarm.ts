import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { label, type Redacted } from '../kernel/redacted.ts';

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
    id: createHash('sha256').update(`${AlarmName}\n${StateChangeTime}`).digest('hex').slice(0, 32),
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
