import {
  b,
  type Item,
  type Key,
  keyOf,
  n,
  readBytes,
  readNumber,
  readString,
  s,
} from '../../../dynamodb/attributes.ts';
import { packText, unpackText } from '../../../dynamodb/packed-text.ts';
import { hourOf } from '../../hour.ts';
import type { Rollup } from './rollup-store.ts';

type Rows = Rollup['groups'];

/** DynamoDB refuses an item above 400 KB; counted before compression, so that the cuts fall alike everywhere. */
const CHUNK_BYTES = 300 * 1024;

/** Cuts groups into chunks of a bounded size, each readable by itself; the first may be all of them. */
export const chunksOf = (groups: Rows): Rows[] => {
  const chunks: (readonly [string, unknown])[][] = [[]];
  let bytes = 0;
  for (const group of groups) {
    const size = Buffer.byteLength(JSON.stringify(group)) + 1;
    if (bytes + size > CHUNK_BYTES) {
      chunks.push([]);
      bytes = 0;
    }
    chunks.at(-1)?.push(group);
    bytes += size;
  }
  return chunks;
};

/** The sort key of an hour's first chunk; those that follow carry the version too, and so sort behind it. */
export const headKey = (hour: number): string => hourOf(hour);
const laterKey = ({ hour, records }: Rollup, chunk: number): string =>
  `${headKey(hour)}#${String(records).padStart(12, '0')}#${String(chunk).padStart(3, '0')}`;

const content = async (rows: Rows): Promise<Item> => {
  const { encoding, bytes } = await packText(JSON.stringify(rows));
  return { encoding: s(encoding), groups: b(bytes) };
};

/** The items of a rollup: later chunks first, as they must be written before the head tells of them. */
export const toItems = async (pk: string, rollup: Rollup): Promise<{ later: Item[]; head: Item }> => {
  const [first = [], ...rest] = chunksOf(rollup.groups);
  const item = async (sk: Key['sk'], rows: Rows) => ({ ...keyOf({ pk, sk }), ...(await content(rows)) });
  const later = await Promise.all(rest.map((rows, at) => item(laterKey(rollup, at + 1), rows)));
  const head = await item(headKey(rollup.hour), first);
  return { later, head: { ...head, records: n(rollup.records), chunks: n(rest.length + 1) } };
};

const rowsOf = async (item: Item): Promise<Rows> => {
  const encoding = readString(item, 'encoding') === 'gzip' ? 'gzip' : 'plain';
  return JSON.parse(await unpackText({ encoding, bytes: readBytes(item, 'groups') })) as Rows;
};

/** A rollup from its head and whatever chunks stand behind it; those of another version are left aside. */
export const fromItems = async (head: Item, later: readonly Item[]): Promise<{ rollup: Rollup; whole: boolean }> => {
  const hour = Date.parse(`${readString(head, 'sk')}:00:00.000Z`);
  const records = readNumber(head, 'records');
  const chunks = readNumber(head, 'chunks');
  const empty: Rollup = { hour, records, groups: [] };
  const own = new Set(Array.from({ length: chunks - 1 }, (_, at) => laterKey(empty, at + 1)));
  const used = later.filter((item) => own.has(readString(item, 'sk')));
  const rows = await Promise.all([head, ...used].map(rowsOf));
  return { rollup: { ...empty, groups: rows.flat() }, whole: used.length === own.size };
};
