import { displayed, type Redacted } from '../../kernel/redacted.ts';
import { alertId } from '../alert.ts';
import { alarmLink, alarmNameIn } from './console-link.ts';
import type { Comparison } from './details.ts';
import { type AlarmMessage, type AlarmState, readAlarmMessages } from './messages.ts';
import { commandFor, withStage } from './own-stage.ts';
import { withThreshold } from './own-threshold.ts';
import { RUNBOOK, runbookName } from './runbook.ts';
import type { Severity } from './runbook-entry.ts';

/** One change of an alarm's state, with what is said of it. `null`: it is not known. */
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
  /** Of an alarm that Ballast does not know: `ticket`. */
  readonly severity: Severity;
  readonly value: number | null;
  readonly threshold: number | null;
  readonly comparison: Comparison | null;
  readonly unit: string | null;
  /** The alarms that made a composite one change, ten at most. */
  readonly children: readonly Redacted[];
  /** The runbook's sentence, or what the operator wrote at an alarm of their own: 255 characters on one line. */
  readonly means: string | null;
  readonly action: string | null;
  /** The command that shows more. Default: none. */
  readonly look?: string | null;
  /** Of `docs/alarms.md`. */
  readonly section: string | null;
  /** In the console of its region. */
  readonly url: string | null;
  /** The alarm that tells the same while it is on, by its `alarmId`: its own, of such an alarm. See `RunbookEntry`. */
  readonly follows: { readonly causeId: string; readonly forMs: number } | null;
}

/** Whether it is an alarm that tells what others tell one by one. */
export const isCause = ({ alarmId, follows }: Transition): boolean => follows?.causeId === alarmId;

const CAUSES: ReadonlySet<string> = new Set(Object.values(RUNBOOK).flatMap(({ follows }) => follows?.cause ?? []));

/** What is tried out on one's own machine: CloudWatch watches nothing there, so no cause will come. */
const isTrial = (name: string): boolean => name.startsWith('ballast-local-');

/** `own`: the alarm's ARN or name, which ends like that of its cause but for the section's name. */
const followsOf = (own: string, name: string, section: string | null): Transition['follows'] => {
  if (section === null || isTrial(name)) return null;
  const { cause, forMs } = RUNBOOK[section]?.follows ?? { cause: section, forMs: 0 };
  return CAUSES.has(cause) ? { causeId: alertId(own.slice(0, own.lastIndexOf(section)) + cause), forMs } : null;
};

const transitionOf = (message: AlarmMessage): Transition => {
  const { name, arn, state, previous, changedAt, value, threshold, comparison, description, children } = message;
  const own = arn ?? name;
  const section = runbookName(name);
  const entry = section === null ? undefined : RUNBOOK[section];
  const { severity = 'ticket', unit = null } = entry ?? {};
  const means = entry && withThreshold(entry.means, message, entry.unit);
  return {
    id: alertId(own, changedAt),
    alarmId: alertId(own),
    alarm: displayed(name),
    state,
    previous,
    changedAt: new Date(changedAt).toISOString(),
    severity,
    value,
    threshold,
    comparison,
    unit,
    children: children.map((child) => displayed(alarmNameIn(child) ?? '')),
    means: means ?? (description === null ? null : displayed(description)),
    action: entry ? withStage(entry.action, name) : null,
    look: entry ? commandFor(entry.look, name, arn) : null,
    section,
    url: arn === null ? null : alarmLink(arn),
    follows: followsOf(own, name, section),
  };
};

/** The transitions in an event, `null` for each message that is none. Never throws. */
export const readTransitions = (event: unknown): (Transition | null)[] =>
  readAlarmMessages(event).map((message) => (message === null ? null : transitionOf(message)));
