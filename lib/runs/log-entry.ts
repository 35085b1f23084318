import {
  b,
  flag,
  type Item,
  keyOf,
  n,
  optional,
  readBytes,
  readFlag,
  readNumber,
  readString,
  s,
} from '../dynamodb/attributes.ts';
import { PIECE_BYTES } from '../dynamodb/large-text.ts';
import { packText, unpackText } from '../dynamodb/packed-text.ts';
import type { EpochSeconds } from '../kernel/clock.ts';
import type { Overflow } from './overflow.ts';
import { partitionOf, type RunKey } from './run-key.ts';

/** One event of a run as its watchers get it: a name, and JSON. */
export interface RunEvent {
  readonly event: string;
  readonly data: object;
}

/** One or more events that were written together. */
export interface LogEntry {
  /** The id of the first event; the others follow it without a gap. */
  readonly first: number;
  readonly count: number;
  /** The worker number of who wrote it: the id of that worker's first event. */
  readonly writer: number;
  readonly events: readonly RunEvent[];
  /** JSON for later writers alone: what they must know of all events so far. `null` where there is nothing. */
  readonly state: unknown;
  /** Whether the log ends here. */
  readonly last: boolean;
  /** Epoch milliseconds; its events are half a second older at most. Default: written before it was kept. */
  readonly writtenAt?: number;
}

export type NewEntry = Omit<LogEntry, 'count' | 'writtenAt'>;

/** How the sort keys of all entries begin. */
export const ENTRY_PREFIX = 'e#';

export const entryKey = (run: RunKey, first: number) => ({
  pk: partitionOf(run),
  sk: `${ENTRY_PREFIX}${String(first).padStart(10, '0')}`,
});

type Content = Pick<LogEntry, 'events' | 'state'>;

const contentOf = ({ events, state }: Content): Content => ({ events, state: state ?? null });

/** Whether two entries say the same. */
export const isSame = (a: NewEntry, b: NewEntry): boolean =>
  a.first === b.first &&
  a.writer === b.writer &&
  a.last === b.last &&
  JSON.stringify(contentOf(a)) === JSON.stringify(contentOf(b));

/** The entry as an item; one that does not fit into an item, even compressed, overflows. */
export const toItem = async (
  overflow: Overflow,
  run: RunKey,
  entry: NewEntry & Pick<LogEntry, 'writtenAt'>,
  expiresAt: EpochSeconds,
): Promise<Item> => {
  const content = contentOf(entry);
  const { encoding, bytes } = await packText(JSON.stringify(content));
  const stored: Item =
    bytes.length > PIECE_BYTES
      ? { overflowKey: s(await overflow.put(run, content)) }
      : { textEncoding: s(encoding), text: b(bytes) };
  return {
    ...keyOf(entryKey(run, entry.first)),
    ...stored,
    first: n(entry.first),
    count: n(entry.events.length),
    writer: n(entry.writer),
    last: flag(entry.last),
    ...(entry.writtenAt === undefined ? {} : { writtenAt: n(entry.writtenAt) }),
    expiresAt: n(expiresAt),
  };
};

const loadContent = async (overflow: Overflow, run: RunKey, item: Item): Promise<unknown> => {
  const key = optional(item, 'overflowKey', readString);
  if (key !== null) return await overflow.get(run, key);
  const encoding = readString(item, 'textEncoding') === 'gzip' ? 'gzip' : 'plain';
  return JSON.parse(await unpackText({ encoding, bytes: readBytes(item, 'text') }));
};

export const fromItem = async (overflow: Overflow, run: RunKey, item: Item): Promise<LogEntry> => ({
  first: readNumber(item, 'first'),
  count: readNumber(item, 'count'),
  writer: readNumber(item, 'writer'),
  last: readFlag(item, 'last'),
  ...(item['writtenAt'] === undefined ? {} : { writtenAt: readNumber(item, 'writtenAt') }),
  ...((await loadContent(overflow, run, item)) as Content),
});
