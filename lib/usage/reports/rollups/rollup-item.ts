import {
  b,
  type Item,
  type Key,
  keyOf,
  n,
  optional,
  readBytes,
  readNumber,
  readString,
  s,
} from '../../../dynamodb/attributes.ts';
import { packText, unpackText } from '../../../dynamodb/packed-text.ts';
import { hourOf } from '../../hour.ts';
import type { Rollup, Standing } from './rollup-store.ts';

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

/** Which write of an hour a chunk belongs to. */
interface Write extends Standing {
  readonly hour: number;
  /** Of this very write: two over the same rollup have chunks of their own. */
  readonly textId: string;
}

const versionPrefix = (hour: number): string => `${headKey(hour)}#v`;

const laterKey = ({ hour, version, records, textId }: Write, chunk: number): string =>
  version === 0
    ? `${headKey(hour)}#${String(records).padStart(12, '0')}#${String(chunk).padStart(3, '0')}`
    : `${versionPrefix(hour)}${String(version).padStart(9, '0')}#${textId}#${String(chunk).padStart(4, '0')}`;

/** The version that a later chunk was written for; those of earlier versions of Ballast are older than all. */
const versionIn = (sk: string, hour: number): number => {
  const prefix = versionPrefix(hour);
  return sk.startsWith(prefix) ? Number.parseInt(sk.slice(prefix.length), 10) : 0;
};

const content = async (rows: Rows): Promise<Item> => {
  const { encoding, bytes } = await packText(JSON.stringify(rows));
  return { encoding: s(encoding), groups: b(bytes) };
};

/** The items of a rollup: later chunks first, as they must be written before the head tells of them. */
export const toItems = async (
  pk: string,
  { hour, records, groups }: Rollup,
  { version, textId }: Pick<Write, 'version' | 'textId'>,
): Promise<{ later: Item[]; head: Item }> => {
  const [first = [], ...rest] = chunksOf(groups);
  const write = { hour, version, records, textId };
  const item = async (sk: Key['sk'], rows: Rows) => ({ ...keyOf({ pk, sk }), ...(await content(rows)) });
  const later = await Promise.all(rest.map((rows, at) => item(laterKey(write, at + 1), rows)));
  const head = await item(headKey(hour), first);
  const told = { version: n(version), records: n(records), chunks: n(rest.length + 1) };
  return { later, head: { ...head, ...told, ...(rest.length > 0 && { textId: s(textId) }) } };
};

export const standingOf = (head: Item): Standing => ({
  version: optional(head, 'version', readNumber) ?? 0,
  records: readNumber(head, 'records'),
});

const hourIn = (head: Item): number => Date.parse(`${readString(head, 'sk')}:00:00.000Z`);

/** The sort keys of the chunks that a head tells of. */
const ownKeys = (head: Item): ReadonlySet<string> => {
  const write = { ...standingOf(head), hour: hourIn(head), textId: optional(head, 'textId', readString) ?? '' };
  return new Set(Array.from({ length: readNumber(head, 'chunks') - 1 }, (_, at) => laterKey(write, at + 1)));
};

const rowsOf = async (item: Item): Promise<Rows> => {
  const encoding = readString(item, 'encoding') === 'gzip' ? 'gzip' : 'plain';
  return JSON.parse(await unpackText({ encoding, bytes: readBytes(item, 'groups') })) as Rows;
};

/** A rollup from its head and whatever chunks stand behind it, those of other writes left aside; `null`: one is missing. */
export const fromItems = async (head: Item, later: readonly Item[]): Promise<Rollup | null> => {
  const own = ownKeys(head);
  const used = later.filter((item) => own.has(readString(item, 'sk')));
  if (used.length < own.size) return null;
  const rows = await Promise.all([head, ...used].map(rowsOf));
  return { hour: hourIn(head), records: readNumber(head, 'records'), groups: rows.flat() };
};

/** The sort keys of chunks that the head does not tell of. */
export const othersThan = (head: Item | null, later: readonly Item[]): string[] => {
  const own = head === null ? new Set() : ownKeys(head);
  return later.map((item) => readString(item, 'sk')).filter((sk) => !own.has(sk));
};

/** Those of them that no head can tell of any more: who writes over the one that stands, writes for the next version. */
export const leftBehind = (head: Item, later: readonly Item[]): string[] =>
  othersThan(head, later).filter((sk) => versionIn(sk, hourIn(head)) <= standingOf(head).version);
