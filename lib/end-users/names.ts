import { type Item, type Key, keyOf, n, readString, s } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { markOf } from '../kernel/age.ts';
import { createExpiringCache } from '../kernel/caching/expiring-cache.ts';
import type { Clock } from '../kernel/clock.ts';
import { concurrently } from '../kernel/concurrently.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { bookedName, type Pseudonym, pseudonymOf } from '../kernel/ids/pseudonym.ts';
import { safe } from '../kernel/redacted.ts';
import { describeFailure } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';

/** So long does a process take for granted that a name is still there: an erasure may have removed it. */
export const KNOWN_MS = 600_000;
/** Some 2 MB. */
const MAX_KNOWN = 10_000;
/** Longest wait for a name to be noted. */
const NOTE_MS = 1_000;
/** Names read at a time. */
const AT_ONCE = 16;

/** Notes who an end user is; `null`: nobody. Takes a second at most, and never rejects: what could not be written is left out. */
export type NoteUser = (tenantId: string, userId: string | null) => Promise<void>;

/** The one place that has the `userId` of an end user beside the pseudonym. */
export interface UserNames {
  /** A read where the process has not just done it, and a write where the user is new. */
  note: NoteUser;
  /** Those of these that have a name: a read for each. */
  find(tenantId: string, pseudonyms: Iterable<Pseudonym>): Promise<ReadonlyMap<Pseudonym, string>>;
  /** The same, asked and answered by the names that the books have. */
  findBooked(tenantId: string, booked: Iterable<string>): Promise<ReadonlyMap<string, string>>;
  /** All of a tenant, by the names that the books have: a query for each megabyte, some 7,000 users. */
  all(tenantId: string): Promise<ReadonlyMap<string, string>>;
  /** Removes a name that was noted at this instant (epoch milliseconds) or before. One write. */
  remove(tenantId: string, pseudonym: Pseudonym, notedBy: number): Promise<void>;
}

export interface UserNamesOptions {
  readonly table: Pick<Table, 'get' | 'query' | 'putNew' | 'remove'>;
  readonly clock: Clock;
  readonly emit: Emit;
}

const partitionOf = (tenantId: string): string => `user-name#${tenantId}`;
const keyOfBooked = (tenantId: string, booked: string): Key => ({ pk: partitionOf(tenantId), sk: booked });
const keyFor = (tenantId: string, pseudonym: Pseudonym): Key => keyOfBooked(tenantId, bookedName(pseudonym));
const nameIn = (item: Item): string => readString(item, 'userId');

export const createUserNames = ({ table, clock, emit }: UserNamesOptions): UserNames => {
  const known = createExpiringCache<true>({ clock, ttlMs: KNOWN_MS, maxEntries: MAX_KNOWN });

  const write = async (tenantId: string, userId: string): Promise<void> => {
    const key = keyFor(tenantId, pseudonymOf(userId));
    const notedAt = clock.now();
    using limit = createDeadline(clock, NOTE_MS);
    const within = { signal: limit.signal };
    if ((await table.get(key, { ...within, eventually: true })) !== null) return;
    await table.putNew({ ...keyOf(key), userId: s(userId), notedAt: n(notedAt) }, within);
  };

  const named = async <Name>(tenantId: string, names: Iterable<Name>, bookedOf: (name: Name) => string) => {
    const found = await concurrently(names, AT_ONCE, async (name) => {
      const item = await table.get(keyOfBooked(tenantId, bookedOf(name)));
      return item === null ? [] : [[name, nameIn(item)] as const];
    });
    return new Map(found.flat());
  };

  return {
    async note(tenantId, userId) {
      if (userId === null) return;
      const name = `${tenantId}/${userId}`;
      if (known.get(name)) return;
      known.set(name, true, markOf(clock));
      try {
        await write(tenantId, userId);
      } catch (error) {
        known.forget((each) => each === name);
        emit({ type: 'store.failed', operation: safe`user-names.note`, ...describeFailure(error) });
      }
    },

    find: (tenantId, pseudonyms) => named(tenantId, pseudonyms, bookedName),
    findBooked: (tenantId, booked) => named(tenantId, booked, (name) => name),

    async all(tenantId) {
      const names = new Map<string, string>();
      for await (const item of table.query(partitionOf(tenantId), '')) names.set(readString(item, 'sk'), nameIn(item));
      return names;
    },

    async remove(tenantId, pseudonym, notedBy) {
      await table.remove(keyFor(tenantId, pseudonym), { atMost: { notedAt: notedBy } });
    },
  };
};
