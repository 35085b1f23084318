import { createHash } from 'node:crypto';
import { b, keyOf, n, readBytes, readNumber, readString, s } from '../dynamodb/attributes.ts';
import { PIECE_BYTES } from '../dynamodb/large-text.ts';
import { cut, type PackedText, packText, unpackText } from '../dynamodb/packed-text.ts';
import type { CallOptions, ReadOptions, Table } from '../dynamodb/table.ts';
import { type Clock, epochSeconds } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import { partitionOf, type RunKey } from './run-key.ts';

export interface OverflowOptions {
  readonly table: Table;
  readonly clock: Clock;
  /** How long a value is kept after it was last put: the longest life of an unfinished run, and the time runs are kept. */
  readonly retentionMs: number;
}

/** What is too large for where it belongs, a checkpoint or another item of its run: there a key stands for it. */
export interface Overflow {
  /**
   * Stores JSON of any size and gives its key (43 characters), which follows from the content: putting the same value
   * twice, also at the same time, writes the same items. One write for every 300 KB after compression.
   */
  put(run: RunKey, value: unknown, options?: CallOptions): Promise<string>;
  /** The value of a key that `put` gave for this run; throws `internal` where it is not there. One query. */
  get(run: RunKey, key: string, options?: ReadOptions): Promise<unknown>;
}

/** Of the bytes as they are stored: two versions of zlib then have two keys, and cannot mix their pieces. */
const addressOf = ({ encoding, bytes }: PackedText): string =>
  createHash('sha256').update(`${encoding}\n`).update(bytes).digest('base64url');

/** How the sort keys of all values begin. */
export const VALUE_PREFIX = 'o#';
/** How those of one value do. */
export const valuePrefix = (key: string): string => `${VALUE_PREFIX}${key}#`;

const pieceKey = (run: RunKey, key: string, piece: number) => ({
  pk: partitionOf(run),
  sk: `${valuePrefix(key)}${String(piece).padStart(4, '0')}`,
});

export const createOverflow = ({ table, clock, retentionMs }: OverflowOptions): Overflow => ({
  async put(run, value, options) {
    const packed = await packText(JSON.stringify(value));
    const key = addressOf(packed);
    const pieces = cut(packed.bytes, PIECE_BYTES);
    const head = {
      textEncoding: s(packed.encoding),
      textPieces: n(pieces.length),
      expiresAt: n(epochSeconds(clock.now() + retentionMs)),
    };
    for (const [at, piece] of pieces.entries()) {
      await table.put({ ...keyOf(pieceKey(run, key, at + 1)), ...head, text: b(piece) }, options);
    }
    return key;
  },

  async get(run, key, options) {
    const pieces: Uint8Array[] = [];
    let encoding: PackedText['encoding'] = 'plain';
    let expected = 1;
    for await (const item of table.query(partitionOf(run), valuePrefix(key), options)) {
      encoding = readString(item, 'textEncoding') === 'gzip' ? 'gzip' : 'plain';
      expected = readNumber(item, 'textPieces');
      pieces.push(readBytes(item, 'text'));
    }
    if (pieces.length !== expected) throw new AppError('internal', safe`A stored value of a run is incomplete.`);
    return JSON.parse(await unpackText({ encoding, bytes: Buffer.concat(pieces) })) as unknown;
  },
});
