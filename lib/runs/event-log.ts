import type { Item } from '../dynamodb/attributes.ts';
import type { CallOptions, QueryOptions, Table } from '../dynamodb/table.ts';
import { type Clock, epochSeconds } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import { entryKey, fromItem, isSame, type LogEntry, type NewEntry, toItem } from './log-entry.ts';
import { createOverflow } from './overflow.ts';
import { partitionOf, type RunKey } from './run-key.ts';

/** `found`: the entry at this place. Unless it is the writer's own, the writer is stale and must never write again. */
export type Appended = { readonly written: true } | { readonly written: false; readonly found: LogEntry };

/**
 * The events of runs, numbered from 1 without gap or double, whoever writes. An entry is written if its place is free,
 * and the place after it is known from its count: so each place has one writer, and nothing else needs to be checked.
 */
export interface EventLog {
  /**
   * Writes an entry at its place: one write, and more for what does not fit into an item (300 KB compressed). `first` is
   * what follows the newest entry. An entry of the same writer that says the same counts as written, because an earlier
   * answer may have been lost; but not the first entry of a worker (`first` is `writer`), because two workers that begin
   * at once have the same number until one of them is refused. Nothing may be appended after a `last` entry.
   */
  append(run: RunKey, entry: NewEntry, options?: CallOptions): Promise<Appended>;
  /** The newest entry by a strong read, one query; `null` where there is none. */
  tail(run: RunKey, options?: CallOptions): Promise<LogEntry | null>;
  /**
   * The entries that hold events with ids above `after`, in order; the first may hold earlier ones too. One query where
   * there is nothing new, else two. What was written within the last second may be missing, but never something that
   * stands before what is given.
   */
  read(run: RunKey, after: number, options?: CallOptions): AsyncIterable<LogEntry>;
}

export interface EventLogOptions {
  readonly table: Table;
  readonly clock: Clock;
  /** How long an entry is kept: the longest life of an unfinished run, and then as long as a run is kept. */
  readonly retentionMs: number;
}

/** More events than a run can have. */
const MAX_ID = 9_999_999_999;

export const createEventLog = ({ table, clock, retentionMs }: EventLogOptions): EventLog => {
  const overflow = createOverflow({ table, clock, retentionMs });

  const range = (run: RunKey, from: number, to: number, options: QueryOptions): AsyncIterable<Item> =>
    table.query(partitionOf(run), { from: entryKey(run, from).sk, to: entryKey(run, to).sk }, options);

  /** The newest entry that begins at `id` or before. */
  const newestTo = async (run: RunKey, id: number, options: QueryOptions): Promise<LogEntry | null> => {
    for await (const item of range(run, 1, id, { ...options, descending: true, pageSize: 1 })) {
      return await fromItem(overflow, run, item);
    }
    return null;
  };

  return {
    async append(run, entry, options) {
      const { first, writer, events } = entry;
      if (events.length === 0 || writer < 1 || first < writer)
        throw new AppError('internal', safe`An entry of a run's events has no place in its log.`);
      const now = clock.now();
      const item = await toItem(overflow, run, { ...entry, writtenAt: now }, epochSeconds(now + retentionMs));
      const inTheWay = await table.putNewOrFind(item, options);
      if (inTheWay === null) return { written: true };
      const found = await fromItem(overflow, run, inTheWay);
      return first > writer && isSame(found, entry) ? { written: true } : { written: false, found };
    },

    tail: (run, options = {}) => newestTo(run, MAX_ID, options),

    async *read(run, after, options = {}) {
      const reading = { ...options, eventually: true };
      let next = after + 1;
      if (after > 0) {
        const start = await newestTo(run, next, reading);
        if (start === null || start.first + start.count <= next) return;
        yield start;
        if (start.last) return;
        next = start.first + start.count;
      }
      for await (const item of range(run, next, MAX_ID, reading)) {
        const entry = await fromItem(overflow, run, item);
        // A page is no snapshot: where an entry is missing, it was not there yet when its place was read.
        if (entry.first !== next) return;
        yield entry;
        next += entry.count;
      }
    },
  };
};
