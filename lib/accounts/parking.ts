import { packReservation, type Reservation, unpackReservation } from '../budget/reservation.ts';
import type { UnheldCalls } from '../budget/unheld.ts';
import {
  flag,
  type Item,
  type Key,
  keyOf,
  n,
  optional,
  readFlag,
  readNumber,
  readString,
  s,
} from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import type { Patience } from '../dynamodb/with-store-retries.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { UsageRecord } from '../usage/record.ts';
import { packRecord, unpackRecord } from '../usage/record-text.ts';

/** An attempt whose books could not be written in time. */
export interface ParkedAttempt {
  readonly reservation: Reservation;
  /** What it goes on the books as; `null`: it was never sent, and is only to be given back. */
  readonly record: UsageRecord | null;
}

/** An attempt that waits for the reconciler, or is held by nobody and noted while it is under way. */
export interface WaitingAttempt {
  readonly reservation: Reservation;
  /** `unknown`: it is under way, or its process is no more. */
  readonly record: UsageRecord | null | 'unknown';
  /** When it was booked (epoch milliseconds), if it stays only until nothing of it can arrive any more. */
  readonly bookedAt?: number;
}

/**
 * Where attempts wait for the reconciler, away from the ledger that failed: in another table, one item each. Those that
 * nobody holds have their item from before they are sent until nothing of them can arrive any more. Every method rejects with
 * `store-unavailable` only, and may be repeated.
 */
export interface Parking extends UnheldCalls {
  /** What nobody holds is parked only where it is noted: if it is not any more, it was booked long ago. */
  park(attempt: ParkedAttempt, patience?: Patience): Promise<void>;
  /** All that are here, by tenant. */
  list(): Promise<ReadonlyMap<string, readonly WaitingAttempt[]>>;
  /** Those of one run. */
  ofRun(tenantId: string, runId: string): Promise<readonly WaitingAttempt[]>;
  /** Parks one of which nothing is known yet; `false`: its process, or another, did something with it. */
  claim(attempt: ParkedAttempt): Promise<boolean>;
  /** It is on the books, and stays until it is removed. `false`: it is not as it was found. */
  book(attempt: WaitingAttempt, at: number): Promise<boolean>;
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

/** In the place of a record of which nothing is known yet; no record is packed so. */
const UNKNOWN = s('?');

const recordIn = ({ record }: WaitingAttempt): Item => {
  if (record === null) return {};
  return { record: record === 'unknown' ? UNKNOWN : s(packRecord(record)) };
};

const toItem = (attempt: WaitingAttempt): Item => ({
  ...keyOf(keyFor(attempt.reservation)),
  held: s(packReservation(attempt.reservation)),
  fenced: flag(attempt.reservation.fenced === true),
  ...recordIn(attempt),
});

/** `null` where another version wrote it. */
const fromItem = (item: Item): WaitingAttempt | null => {
  const sk = readString(item, 'sk');
  const end = sk.indexOf('#');
  const held = unpackReservation(sk.slice(0, end), sk.slice(end + 1), readString(item, 'held'));
  const text = optional(item, 'record', readString);
  const record = text === null ? null : text === UNKNOWN.S ? 'unknown' : unpackRecord(text);
  if (held === null || (text !== null && record === null)) return null;
  const reservation = readFlag(item, 'fenced') ? { ...held, fenced: true } : held;
  const bookedAt = optional(item, 'bookedAt', readNumber);
  return bookedAt === null ? { reservation, record } : { reservation, record, bookedAt };
};

/**
 * How long a note is tried that is throttled: a call that is refused instead asks the crowded item again, which costs as much
 * as twenty notes (docs/adr/0023).
 */
const NOTED_WITHIN_MS = 5_000;

/** Parked attempts in the control table. They have no time to live: what is parked is money. */
export const createParking = (table: Pick<Table, 'put' | 'putNew' | 'query' | 'remove' | 'replace'>): Parking => {
  const unknown = { equal: { record: UNKNOWN }, lacks: ['bookedAt'] };
  const read = async (prefix: string): Promise<WaitingAttempt[]> => {
    const items = await Array.fromAsync(table.query(PARTITION, prefix));
    return items.map(fromItem).filter((each) => each !== null);
  };
  return {
    async begin(reservation) {
      // Done a single time: a copy of it that comes late would be a call that is over.
      const sending = { untilSent: true, patience: NOTED_WITHIN_MS };
      await table.putNew(toItem({ reservation, record: 'unknown' }), sending);
    },
    end: (reservation) =>
      table.replace({ ...toItem({ reservation, record: 'unknown' }), bookedAt: n(reservation.at) }, unknown),
    withdraw: (reservation, patience) => table.put(toItem({ reservation, record: null }), { patience }),
    async park(attempt, patience) {
      const { reservation, record } = attempt;
      if (!reservation.unheld || record === null) return table.put(toItem(attempt), { patience });
      const noted = { equal: { held: s(packReservation(reservation)) } };
      if (!(await table.replace(toItem(attempt), noted, { patience })))
        throw new AppError('store-unavailable', safe`The attempt is not noted any more.`);
    },
    list: async () => Map.groupBy(await read(''), ({ reservation }) => reservation.tenantId),
    ofRun: (tenantId, runId) => read(keyFor({ tenantId, attemptId: `${runId}:` }).sk),
    claim: (attempt) => table.replace(toItem(attempt), unknown),
    book(attempt, at) {
      const found = recordIn(attempt);
      const assumed = attempt.record === null ? { lacks: ['record'] } : { equal: found };
      return table.replace({ ...toItem(attempt), bookedAt: n(at) }, assumed);
    },
    async remove(reservation) {
      const key = keyFor(reservation);
      await table.remove(key, { equal: { sk: s(key.sk) } });
    },
  };
};
