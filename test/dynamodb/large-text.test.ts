import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { type Item, keyOf } from '../../lib/dynamodb/attributes.ts';
import { loadText, storeText } from '../../lib/dynamodb/large-text.ts';
import type { Table } from '../../lib/dynamodb/table.ts';
import type { EpochSeconds } from '../../lib/kernel/clock.ts';
import { describeOnDynamoDb, TABLE_NAMES } from '../dynamodb.ts';
import { seededRandom } from '../seeded-random.ts';

const random = seededRandom(11);
const noise = (length: number) =>
  Array.from({ length }, () => String.fromCharCode(33 + Math.floor(random() * 94))).join('');

describeOnDynamoDb('a text of any size', (engine) => {
  const store = async (table: Table, pk: string, text: string): Promise<Item> => {
    const owner = { pk, sk: 'head', expiresAt: 1_800_000_000 as EpochSeconds };
    return { ...keyOf(owner), ...(await storeText(table, owner, text, random)) };
  };
  const piecesOf = async (pk: string): Promise<Item[]> => {
    const pieces: Item[] = [];
    for await (const piece of engine().table('RunsTable').query(pk, 'head#')) pieces.push(piece);
    return pieces;
  };

  it.each([
    ['empty', ''],
    ['short', 'Grüße 🌍'],
    ['long and repetitive', 'tick '.repeat(500_000)],
    ['long and random', noise(1_500_000)],
  ])('comes back whole: %s', async (title, text) => {
    const table = engine().table('RunsTable');
    const head = await store(table, title, text);
    await table.put(head);
    expect(await loadText(table, { pk: title, sk: 'head' }, head)).toBe(text);
  });

  it('stays in its head while it fits, and is compressed from a few kilobytes on', async () => {
    const table = engine().table('RunsTable');
    const short = await store(table, 'short-head', 'x'.repeat(1_000));
    const long = await store(table, 'long-head', 'x'.repeat(1_000_000));
    expect(short['textEncoding']?.S).toBe('plain');
    expect(long['textEncoding']?.S).toBe('gzip');
    expect(long['text']?.B?.length).toBeLessThan(5_000);
    expect(await piecesOf('long-head')).toEqual([]);
  });

  it('has its pieces in the table, with the time to live of the head, before the head is written', async () => {
    const head = await store(engine().table('RunsTable'), 'pieces-first', noise(1_000_000));
    const pieces = await piecesOf('pieces-first');
    expect(pieces.length).toBe(Number(head['textPieces']?.N));
    expect(pieces.every((piece) => piece['expiresAt']?.N === '1800000000')).toBe(true);
    expect(pieces.every((piece) => (piece['text']?.B?.length ?? 0) <= 300 * 1024)).toBe(true);
  });

  it('is refused as incomplete when a piece is missing', async () => {
    const table = engine().table('RunsTable');
    const head = await store(table, 'holed', noise(1_000_000));
    const [piece] = await piecesOf('holed');
    const Key = { pk: { S: 'holed' }, sk: { S: piece?.['sk']?.S ?? '' } };
    await engine().sdk.send(new DeleteItemCommand({ TableName: TABLE_NAMES.RunsTable, Key }));
    await expect(loadText(table, { pk: 'holed', sk: 'head' }, head)).rejects.toMatchObject({ code: 'internal' });
  });

  it('keeps the texts of two writers of one head apart', async () => {
    const table = engine().table('RunsTable');
    const texts = [noise(800_000), noise(800_000)];
    const heads = await Promise.all(texts.map((text) => store(table, 'shared', text)));
    const read = await Promise.all(heads.map((head) => loadText(table, { pk: 'shared', sk: 'head' }, head)));
    expect(read).toEqual(texts);
  });
});
