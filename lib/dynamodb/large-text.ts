import type { EpochSeconds, Random } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import { b, type Item, type Key, keyOf, n, optional, readBytes, readNumber, readString, s } from './attributes.ts';
import { cut, packText, unpackText } from './packed-text.ts';
import type { CallOptions, ReadOptions, Table } from './table.ts';
import { createWriteId } from './write-id.ts';

/** DynamoDB refuses an item above 400 KB, names and keys included; this leaves the head's other attributes 100 KB. */
export const PIECE_BYTES = 300 * 1024;

export interface LargeTextOwner extends Key {
  /** Time to live of the pieces; give them the head's own. */
  readonly expiresAt?: EpochSeconds;
}

const pieceKey = ({ pk, sk }: Key, textId: string, piece: number): Key => ({
  pk,
  sk: `${sk}#${textId}#${String(piece).padStart(4, '0')}`,
});

/**
 * Stores a text of any size under a head item. Gives back the attributes that belong into the head, which the caller
 * writes next: the pieces come first, so a head never promises what is not there. Each call's pieces have keys of their
 * own, so that two writers of one head cannot mix theirs; those of a head that was then refused expire by themselves.
 */
export const storeText = async (
  table: Table,
  owner: LargeTextOwner,
  text: string,
  random: Random,
  options: CallOptions = {},
): Promise<Item> => {
  const { encoding, bytes } = await packText(text);
  if (bytes.length <= PIECE_BYTES) return { textEncoding: s(encoding), text: b(bytes) };
  const textId = createWriteId(random);
  const pieces = cut(bytes, PIECE_BYTES);
  const expiry = owner.expiresAt === undefined ? {} : { expiresAt: n(owner.expiresAt) };
  for (const [at, piece] of pieces.entries()) {
    await table.put({ ...keyOf(pieceKey(owner, textId, at + 1)), ...expiry, text: b(piece) }, options);
  }
  return { textEncoding: s(encoding), textId: s(textId), textPieces: n(pieces.length) };
};

/** Reads a text back from its head, and from its pieces where it has any; `internal` when one is missing. */
export const loadText = async (table: Table, owner: Key, head: Item, options: ReadOptions = {}): Promise<string> => {
  const encoding = readString(head, 'textEncoding') === 'gzip' ? 'gzip' : 'plain';
  const textId = optional(head, 'textId', readString);
  if (textId === null) return unpackText({ encoding, bytes: readBytes(head, 'text') });
  const pieces: Uint8Array[] = [];
  for await (const item of table.query(owner.pk, `${owner.sk}#${textId}#`, options))
    pieces.push(readBytes(item, 'text'));
  if (pieces.length !== readNumber(head, 'textPieces')) {
    throw new AppError('internal', safe`A stored text is incomplete.`);
  }
  return unpackText({ encoding, bytes: Buffer.concat(pieces) });
};
