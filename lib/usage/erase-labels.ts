import { type Item, readNumber, readString, s } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { concurrently } from '../kernel/concurrently.ts';
import { bookedNameIn } from '../kernel/ids/pseudonym.ts';
import { partitionKey } from './dynamodb-store.ts';

export interface ErasedLabels {
  readonly tenantId: string;
  /** Any instant of the hour, in epoch milliseconds. */
  readonly hour: number;
  /** Whose: as the books have them. */
  readonly user: string;
  /** Records that were reserved later stay as they are, */
  readonly by: number;
  /** but for those of these runs. */
  readonly runs: ReadonlySet<string>;
}

/**
 * Takes what the caller named an hour's usage of an end user by (`sessionId`, `metadata`) out of the records, and puts the
 * pseudonym in the place of a `userId` that an earlier version booked. Amounts stay as they are. Reads all records of the
 * hour, and writes those that had any of it; resolves with how many.
 */
export type EraseLabels = (asked: ErasedLabels) => Promise<number>;

const LABELS = ['sessionId', 'metadata'];
/** Records written at a time. */
const AT_ONCE = 8;

/** Whether a record is the user's, and has something to be erased. */
const isNamed = (item: Item, { user, by, runs }: ErasedLabels): boolean => {
  const stored = item['userId']?.S;
  if (stored === undefined || bookedNameIn(stored) !== user) return false;
  if (readNumber(item, 'at') > by && !runs.has(readString(item, 'runId'))) return false;
  return stored !== user || LABELS.some((name) => item[name] !== undefined);
};

export const createEraseLabels =
  (table: Pick<Table, 'query' | 'update'>): EraseLabels =>
  async (asked) => {
    const { tenantId, hour, user } = asked;
    const pk = partitionKey(tenantId, hour);
    const named: string[] = [];
    for await (const item of table.query(pk, '')) if (isNamed(item, asked)) named.push(readString(item, 'sk'));
    await concurrently(named, AT_ONCE, (sk) =>
      table.update({ pk, sk }, { set: { userId: s(user) }, remove: LABELS }, { has: ['pk'] }),
    );
    return named.length;
  };
