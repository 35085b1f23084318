import { type Item, type Key, keyOf, n, readNumber, readString, s } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { digestOf, type Pseudonym, pseudonymIn } from '../kernel/ids/pseudonym.ts';

/** What is erased in turn: each is gone through once, and then once more when nothing can come late. */
export const PARTS = ['runs', 'sessions', 'answers', 'books', 'noted'] as const;
export type Part = (typeof PARTS)[number];

/** What is left to be erased of an end user. Instants are epoch milliseconds. */
export interface UserErasure {
  readonly tenantId: string;
  readonly user: Pseudonym;
  /** What was begun by then is erased; what the user has begun since is not. */
  readonly requestedAt: number;
  /** When it goes on. */
  readonly dueAt: number;
  /** Whether this is the last time that all is gone through. */
  readonly isLast: boolean;
  readonly part: Part;
  /** Where in that part it goes on; `null`: at its beginning. */
  readonly after: string | null;
  /** Whether something of what was gone through this time could not be erased yet. */
  readonly isLeft: boolean;
  /** Up to when what is booked may be of a run that was erased: later than the request where one was cancelled. */
  readonly bookedBy: number;
  /** Cached answers that may have been written while they were erased: once more, at the end. */
  readonly caches: readonly string[];
}

/** Which end users are to be erased, whatever is killed: an entry stays until all of it is done. */
export interface UserErasures {
  /** Begins it, or begins it anew. One write. */
  add(erasure: UserErasure): Promise<void>;
  /** Those that are due: a query. */
  due(now: number): Promise<readonly UserErasure[]>;
  /** Says how far one is; `false` where it was begun anew meanwhile, or is done. */
  save(erasure: UserErasure): Promise<boolean>;
  /** It is done, unless it was begun anew. */
  remove(erasure: UserErasure): Promise<void>;
}

/** Few at a time, and none in most minutes. */
const PARTITION = 'erase-users';

const keyFor = ({ tenantId, user }: UserErasure): Key => ({ pk: PARTITION, sk: `${tenantId}/${digestOf(user)}` });

type State = Pick<UserErasure, 'isLast' | 'part' | 'after' | 'isLeft' | 'bookedBy' | 'caches'>;

const toItem = ({ tenantId, user, requestedAt, dueAt, ...state }: UserErasure, key: Key): Item => ({
  ...keyOf(key),
  tenant: s(tenantId),
  user: s(user),
  requestedAt: n(requestedAt),
  dueAt: n(dueAt),
  state: s(JSON.stringify(state satisfies State)),
});

const fromItem = (item: Item): UserErasure => ({
  tenantId: readString(item, 'tenant'),
  user: pseudonymIn(readString(item, 'user')),
  requestedAt: readNumber(item, 'requestedAt'),
  dueAt: readNumber(item, 'dueAt'),
  ...(JSON.parse(readString(item, 'state')) as State),
});

export const newErasure = (tenantId: string, user: Pseudonym, now: number): UserErasure => ({
  tenantId,
  user,
  requestedAt: now,
  dueAt: now,
  isLast: false,
  part: PARTS[0],
  after: null,
  isLeft: false,
  bookedBy: now,
  caches: [],
});

export const createUserErasures = (table: Pick<Table, 'put' | 'query' | 'replace' | 'remove'>): UserErasures => {
  const asRead = ({ requestedAt }: UserErasure) => ({ equal: { requestedAt: n(requestedAt) } });
  return {
    add: (erasure) => table.put(toItem(erasure, keyFor(erasure))),
    async due(now) {
      const due: UserErasure[] = [];
      for await (const item of table.query(PARTITION, '')) due.push(fromItem(item));
      return due.filter(({ dueAt }) => dueAt <= now);
    },
    save: (erasure) => table.replace(toItem(erasure, keyFor(erasure)), asRead(erasure)),
    async remove(erasure) {
      await table.remove(keyFor(erasure), asRead(erasure));
    },
  };
};
