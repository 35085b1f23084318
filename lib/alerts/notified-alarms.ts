import { type Item, keyOf, n, readNumber, readString, s } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { type Clock, epochSeconds } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { displayed, safe } from '../kernel/redacted.ts';
import type { Transition } from './alarm/transition.ts';

/** Which alarms were told to be in ALARM and not yet to be over. Every method rejects with `store-unavailable` only. */
export interface NotifiedAlarms {
  /** Keeps that a change is told. One that is older than what is kept changes nothing: it is delivered late, or again. */
  note(transition: Transition): Promise<void>;
  /** By `Transition.alarmId`. */
  has(alarmId: string): Promise<boolean>;
  /** Each by its last change. */
  list(): Promise<readonly Transition[]>;
}

const PARTITION = 'alert#notified';

/** An alarm that is not over after a year is one that was deleted. */
const ON_MS = 366 * 86_400_000;
/** For what is delivered again: six hours at most. */
const OVER_MS = 2 * 86_400_000;
/** Deliveries of one alarm that write at the same time: hardly ever two. */
const MAX_TRIES = 10;

const isOn = (item: Item): boolean => readString(item, 'state') === 'on';

/** One item for each alarm, in one partition of the control table, beside the claims of alerts. */
export const createNotifiedAlarms = ({
  table,
  clock,
}: {
  readonly table: Pick<Table, 'get' | 'putNewOrFind' | 'replace' | 'query'>;
  readonly clock: Clock;
}): NotifiedAlarms => {
  const itemOf = (last: Transition): Item => {
    const begins = last.state === 'ALARM';
    return {
      ...keyOf({ pk: PARTITION, sk: last.alarmId }),
      state: s(begins ? 'on' : 'over'),
      at: n(Date.parse(last.changedAt)),
      last: s(JSON.stringify(last)),
      expiresAt: n(epochSeconds(clock.now() + (begins ? ON_MS : OVER_MS))),
    };
  };
  return {
    async note(transition) {
      const own = itemOf(transition);
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const found = await table.putNewOrFind(own);
        if (found === null) return;
        const at = readNumber(found, 'at');
        if (at > Date.parse(transition.changedAt)) return;
        if (await table.replace(own, { equal: { at: n(at) } })) return;
      }
      throw new AppError('store-unavailable', safe`That an alarm is told could not be noted.`);
    },
    async has(alarmId) {
      const item = await table.get({ pk: PARTITION, sk: alarmId });
      return item !== null && isOn(item);
    },
    async list() {
      const all: Transition[] = [];
      for await (const item of table.query(PARTITION, '')) {
        const last = JSON.parse(readString(item, 'last')) as Transition;
        if (isOn(item)) all.push({ ...last, alarm: displayed(last.alarm) });
      }
      return all;
    },
  };
};
