import { label } from '../../kernel/redacted.ts';
import type { Alert } from '../alert.ts';
import { alarmText, PLAIN, SLACK } from './text.ts';
import type { Transition } from './transition.ts';

/**
 * Whether anybody wants to know: that something is wrong, and that what was told to be wrong is over. An alarm that was just
 * made goes from no data to OK, which is no news; one that was told and lost its data in between is over then.
 */
export const newsOf = ({ state, previous }: Transition): 'begins' | 'ends' | 'ends-if-notified' | null => {
  if (state === 'ALARM') return 'begins';
  if (state !== 'OK') return null;
  return previous === 'ALARM' ? 'ends' : 'ends-if-notified';
};

/** The fields that have a value. */
export const given = <Value>(fields: Readonly<Record<string, Value | null>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(fields).filter((field): field is [string, Value] => field[1] !== null));

/** A transition as it is told. */
export const alarmAlert = (transition: Transition): Alert => {
  const { id, alarm, state, previous, changedAt, severity, value, threshold, comparison, unit } = transition;
  const { children, means, action, look = null, url } = transition;
  const causes = children.length === 0 ? null : children;
  return {
    id,
    alarm,
    state: label(state),
    text: alarmText(transition, SLACK),
    mail: {
      subject: `${state === 'ALARM' ? `ALARM (${severity})` : state}: ${alarm}`,
      text: alarmText(transition, PLAIN),
    },
    fields: {
      type: 'alarm.changed',
      alarm,
      state,
      previous,
      changedAt,
      severity,
      ...given<string | number | readonly string[]>({ value, threshold, comparison, unit, children: causes }),
      ...given({ means, action, look, url }),
    },
  };
};
