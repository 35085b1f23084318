import { packReservation, type Reservation, unpackReservation } from '../budget/reservation.ts';
import { flag, type Item, type Key, keyOf, optional, readFlag, readString, s } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import type { Patience } from '../dynamodb/with-store-retries.ts';
import type { UsageRecord } from '../usage/record.ts';
import { packRecord, unpackRecord } from '../usage/record-text.ts';

/** An attempt whose books could not be written in time. */
export interface ParkedAttempt {
  readonly reservation: Reservation;
  /** What it goes on the books as; `null`: it was never sent, and is only to be given back. */
  readonly record: UsageRecord | null;
}

/**
 * Where attempts wait for the reconciler, away from the ledger that failed: in another table, one item each. Every method
 * rejects with `store-unavailable` only, and may be repeated.
 */
export interface Parking {
  park(attempt: ParkedAttempt, patience?: Patience): Promise<void>;
  /** All that are parked, by tenant. */
  list(): Promise<ReadonlyMap<string, readonly ParkedAttempt[]>>;
  /** It is on the books. */
  remove(reservation: Pick<Reservation, 'tenantId' | 'attemptId'>): Promise<void>;
}

/** One partition: it is read once a pass, and takes a thousand calls a second that end while the ledger is away. */
const PARTITION = 'parked';

/** Tenants' ids have no `#`, so the first one ends it. */
const keyFor = ({ tenantId, attemptId }: Pick<Reservation, 'tenantId' | 'attemptId'>): Key => ({
  pk: PARTITION,
  sk: `${tenantId}#${attemptId}`,
});

const toItem = ({ reservation, record }: ParkedAttempt): Item => ({
  ...keyOf(keyFor(reservation)),
  held: s(packReservation(reservation)),
  fenced: flag(reservation.fenced === true),
  ...(record === null ? {} : { record: s(packRecord(record)) }),
});

/** `null` where another version wrote it. */
const fromItem = (item: Item): ParkedAttempt | null => {
  const sk = readString(item, 'sk');
  const end = sk.indexOf('#');
  const held = unpackReservation(sk.slice(0, end), sk.slice(end + 1), readString(item, 'held'));
  const text = optional(item, 'record', readString);
  const record = text === null ? null : unpackRecord(text);
  if (held === null || (text !== null && record === null)) return null;
  return { reservation: readFlag(item, 'fenced') ? { ...held, fenced: true } : held, record };
};

/** Parked attempts in the control table. They have no time to live: what is parked is money. */
export const createParking = (table: Pick<Table, 'put' | 'query' | 'remove'>): Parking => ({
  park: (attempt, patience) => table.put(toItem(attempt), { patience }),
  async list() {
    const parked: ParkedAttempt[] = [];
    for await (const item of table.query(PARTITION, ''))
      parked.push(...[fromItem(item)].filter((each) => each !== null));
    return Map.groupBy(parked, ({ reservation }) => reservation.tenantId);
  },
  async remove(reservation) {
    const key = keyFor(reservation);
    await table.remove(key, { equal: { sk: s(key.sk) } });
  },
});
