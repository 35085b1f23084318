import { type Item, keyOf, n, s } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { type Clock, epochSeconds } from '../kernel/clock.ts';

/** Which alarms were told to be in ALARM and not yet to be over. Every method rejects with `store-unavailable` only. */
export interface NotifiedAlarms {
  /** By `Transition.alarmId`. */
  add(alarmId: string): Promise<void>;
  has(alarmId: string): Promise<boolean>;
  remove(alarmId: string): Promise<void>;
}

/** An alarm that is not over after a year is one that was deleted. */
const KEPT_MS = 366 * 86_400_000;

const NOTIFIED = { equal: { state: s('notified') } };

/** Told alarms in the control table, beside the claims of alerts: writes alone, so that no role has to read. */
export const createNotifiedAlarms = ({
  table,
  clock,
}: {
  readonly table: Pick<Table, 'put' | 'replace' | 'remove'>;
  readonly clock: Clock;
}): NotifiedAlarms => {
  const keyFor = (alarmId: string) => ({ pk: `alert#alarm-${alarmId}`, sk: 'notified' });
  const itemFor = (alarmId: string): Item => ({
    ...keyOf(keyFor(alarmId)),
    state: s('notified'),
    expiresAt: n(epochSeconds(clock.now() + KEPT_MS)),
  });
  return {
    add: (alarmId) => table.put(itemFor(alarmId)),
    has: (alarmId) => table.replace(itemFor(alarmId), NOTIFIED),
    remove: async (alarmId) => void (await table.remove(keyFor(alarmId), NOTIFIED)),
  };
};
