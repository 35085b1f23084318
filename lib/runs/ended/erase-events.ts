import { type Item, n, optional, readNumber, readString } from '../../dynamodb/attributes.ts';
import type { Table } from '../../dynamodb/table.ts';
import { type Clock, epochSeconds } from '../../kernel/clock.ts';
import { concurrently } from '../../kernel/concurrently.ts';
import { AppError } from '../../kernel/errors.ts';
import { safe } from '../../kernel/redacted.ts';
import { ENTRY_PREFIX, fromItem, type LogEntry, toItem } from '../log-entry.ts';
import type { Overflow } from '../overflow.ts';
import { partitionOf, type RunKey } from '../run-key.ts';
import { createEventEraser } from './erased-events.ts';

/** Entries that are written at a time. */
const AT_ONCE = 8;

export interface EraseEventsParts {
  readonly table: Table;
  readonly clock: Clock;
  readonly overflow: Overflow;
  /** How long a run is kept after its end, and its events with it. */
  readonly keptMs: number;
}

/**
 * Removes what people and models wrote from the events of a run that has ended; all else stays for as long as the run is kept.
 * Resolves with the keys of the large values that the log still refers to. Harmless when repeated: one read of all entries, and
 * a write for each that is changed. Throws `internal` where the log goes on: its text is not known for an answer yet.
 */
export type EraseEvents = (run: RunKey) => Promise<ReadonlySet<string>>;

export const createEraseEvents = ({ table, clock, overflow, keptMs }: EraseEventsParts): EraseEvents => {
  /** From the newest to the oldest, each with what is left of it. */
  async function* entriesOf(run: RunKey) {
    const erase = createEventEraser();
    let isNewest = true;
    for await (const item of table.query(partitionOf(run), ENTRY_PREFIX, { descending: true })) {
      const entry = await fromItem(overflow, run, item);
      if (isNewest && !entry.last)
        throw new AppError('internal', safe`The events of a run that has not ended were to be erased.`);
      isNewest = false;
      yield { item, entry, events: erase(entry.events) };
    }
  }

  const isSame = (entry: LogEntry, events: LogEntry['events']) =>
    events.every((event, at) => event === entry.events[at]);

  return async (run) => {
    const expiresAt = epochSeconds(clock.now() + keptMs);
    const kept = await concurrently(entriesOf(run), AT_ONCE, async ({ item, entry, events }): Promise<Item> => {
      if (isSame(entry, events) && readNumber(item, 'expiresAt') >= expiresAt) return item;
      // What is known of an erased text (its digest) goes too; nobody writes after the last entry.
      const state = isSame(entry, events) ? entry.state : null;
      const left = await toItem(overflow, run, { ...entry, events, state }, expiresAt);
      // A session that is erased meanwhile takes its runs with it.
      await table.replace(left, { equal: { first: n(entry.first) } });
      return left;
    });
    return new Set(kept.flatMap((item) => optional(item, 'overflowKey', readString) ?? []));
  };
};
