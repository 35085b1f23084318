import { type Item, type Key, keyOf, n, optional, readNumber, readString, s } from '../../dynamodb/attributes.ts';
import type { Table } from '../../dynamodb/table.ts';
import { type Clock, epochSeconds, sleep } from '../../kernel/clock.ts';
import { displayed } from '../../kernel/redacted.ts';
import type { Severity } from '../alarm/runbook-entry.ts';
import type { Transition } from '../alarm/transition.ts';
import { alertId } from '../alert.ts';

/** More alarms than this that change within one such window are a storm. */
export const MOST_ALONE = 5;
export const WINDOW_MS = 20_000;

/** How much later than CloudWatch's instant a change may arrive here and still belong to its window. */
const LAG_MS = 3_000;
/** For writes of the others. */
const READ_AFTER_MS = 2_000;

/** Longest time that a change waits for those of its window. */
export const MAX_WAIT_MS = WINDOW_MS + LAG_MS + READ_AFTER_MS;

export interface Storm {
  /** The same for whichever of its changes asks: 32 hexadecimal digits. */
  readonly id: string;
  readonly state: Transition['state'];
  /** The most urgent first. */
  readonly alarms: readonly StormAlarm[];
}

/** What is said of each of them; see `Transition`. */
export type StormAlarm = Pick<Transition, 'alarm' | 'severity' | 'means' | 'action'> & { readonly look: string | null };

const URGENCY: readonly Severity[] = ['page', 'ticket', 'note'];

const TEXTS = ['means', 'action', 'look'] as const;

const itemOf = (key: Key, transition: Transition): Item => {
  const texts = TEXTS.flatMap((name) => {
    const text = transition[name] ?? null;
    return text === null ? [] : [[name, s(text)] as const];
  });
  return { ...keyOf(key), alarm: s(transition.alarm), severity: s(transition.severity), ...Object.fromEntries(texts) };
};

const readAlarm = (item: Item): StormAlarm => ({
  alarm: displayed(readString(item, 'alarm')),
  severity: readString(item, 'severity') as Severity,
  means: optional(item, 'means', readString),
  action: optional(item, 'action', readString),
  look: optional(item, 'look', readString),
});

/** Gathers what changes at the same time. Rejects with `store-unavailable` only. */
export interface Storms {
  /** The storm that a change is part of, once its window is over; `null`: it stands alone. */
  join(transition: Transition): Promise<Storm | null>;
}

const KEPT_MS = 2 * 86_400_000;
const NEVER = new AbortController().signal;

export const createStorms = ({
  table,
  clock,
}: {
  readonly table: Pick<Table, 'put' | 'putNewOrFind' | 'query'>;
  readonly clock: Clock;
}): Storms => {
  const membersOf = async (pk: string, state: string, closesAt: number): Promise<Item[]> => {
    const members: Item[] = [];
    for await (const item of table.query(pk, `${state}#`))
      if (readNumber(item, 'seenAt') < closesAt) members.push(item);
    return members;
  };
  return {
    async join(transition) {
      const { id, state, changedAt } = transition;
      const startsAt = Math.floor(Date.parse(changedAt) / WINDOW_MS) * WINDOW_MS;
      const closesAt = startsAt + WINDOW_MS + LAG_MS;
      const pk = `alert#window#${startsAt}`;
      const own: Item = {
        ...itemOf({ pk, sk: `${state}#${id}` }, transition),
        seenAt: n(clock.now()),
        expiresAt: n(epochSeconds(clock.now() + KEPT_MS)),
      };
      const found = await table.putNewOrFind(own);
      if (found === null && clock.now() >= closesAt + READ_AFTER_MS) {
        // Written so late that the others may have told without it: it counts as late also when it is delivered again.
        await table.put({ ...own, seenAt: n(clock.now()) });
        return null;
      }
      // One that comes after its window is in nobody's list.
      if (readNumber(found ?? own, 'seenAt') >= closesAt) return null;
      if ((await membersOf(pk, state, closesAt)).length <= MOST_ALONE) return null;
      await sleep(clock, Math.max(0, closesAt + READ_AFTER_MS - clock.now()), NEVER);
      const members = await membersOf(pk, state, closesAt);
      return {
        id: alertId('storm', String(startsAt), state),
        state,
        alarms: members.map(readAlarm).toSorted((a, b) => URGENCY.indexOf(a.severity) - URGENCY.indexOf(b.severity)),
      };
    },
  };
};
