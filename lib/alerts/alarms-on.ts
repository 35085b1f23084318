import type { Table } from '../dynamodb/table.ts';
import type { Clock } from '../kernel/clock.ts';
import { RUNBOOK } from './alarm/runbook.ts';
import type { Severity } from './alarm/runbook-entry.ts';
import type { Transition } from './alarm/transition.ts';
import { createConsequences } from './damping/consequences.ts';
import { createFlaps } from './damping/flaps.ts';
import { createNotifiedAlarms } from './notified-alarms.ts';

/** `flapping`: it goes on and off, and nothing is told of it until it rests. `silenced`: `silencedBy` is told in its place. */
export type OnState = 'on' | 'flapping' | 'silenced';

/** An alarm that is on, as far as was heard. `null`: it is not known. */
export interface AlarmOn extends Pick<
  Transition,
  'alarm' | 'value' | 'threshold' | 'comparison' | 'unit' | 'children' | 'means' | 'action' | 'url'
> {
  /** In the runbook. */
  readonly name: string | null;
  readonly severity: Severity;
  readonly state: OnState;
  /** The command that shows more of it. */
  readonly look: string | null;
  /** ISO 8601 UTC: its last change to ALARM. */
  readonly since: string;
  /** The name of the alarm that says the same; of a silenced one alone. */
  readonly silencedBy: string | null;
}

const URGENCY: readonly Severity[] = ['page', 'ticket', 'note'];

const shown = (last: Transition, state: OnState): AlarmOn => {
  const { alarm, section, severity, changedAt, value, threshold, comparison, unit, children } = last;
  const { means, action, look = null, url } = last;
  const silencedBy = state === 'silenced' && section !== null ? (RUNBOOK[section]?.follows?.cause ?? null) : null;
  const facts = { value, threshold, comparison, unit, children, means, action, look, url };
  return { alarm, name: section, severity, state, since: changedAt, silencedBy, ...facts };
};

/** What is on, by what is kept of each: the most urgent first, and of those the newest. Rejects with `store-unavailable` only. */
export const createAlarmsOn =
  (parts: { readonly table: Table; readonly clock: Clock }) => async (): Promise<readonly AlarmOn[]> => {
    const notifiedAlarms = createNotifiedAlarms(parts);
    const [notified, flapping, silenced] = await Promise.all([
      notifiedAlarms.list(),
      createFlaps(parts).flapping(),
      createConsequences({ ...parts, notifiedAlarms }).silenced(),
    ]);
    const told = new Set(notified.map(({ alarmId }) => alarmId));
    const all = [
      ...notified.map((last) => shown(last, flapping.has(last.alarmId) ? 'flapping' : 'on')),
      // One that outlasts its cause was told since.
      ...silenced.filter(({ alarmId }) => !told.has(alarmId)).map((last) => shown(last, 'silenced')),
    ];
    return all.toSorted(
      (a, b) => URGENCY.indexOf(a.severity) - URGENCY.indexOf(b.severity) || (a.since < b.since ? 1 : -1),
    );
  };
