import { gunzipSync } from 'node:zlib';
import { type AttributeValue, type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { TABLE_NAMES } from './dynamodb-names.ts';

export interface StoredItem {
  readonly table: keyof typeof TABLE_NAMES;
  readonly pk: string;
  readonly sk: string;
  /** All that it says, unpacked, in the order of the attributes' names. */
  readonly text: string;
}

const unpacked = (bytes: Uint8Array): string => {
  try {
    return gunzipSync(bytes).toString('utf8');
  } catch {
    return Buffer.from(bytes).toString('utf8');
  }
};

const textOf = (value: AttributeValue): string => {
  if (value.B !== undefined) return unpacked(value.B);
  return JSON.stringify(value);
};

/** All that an item says, unpacked, in the order of its attributes' names. */
export const textOfItem = (item: Readonly<Record<string, AttributeValue>>): string =>
  Object.entries(item)
    .map(([name, value]) => `${name}=${textOf(value)}`)
    .toSorted()
    .join('\n');

/** Every item of every table, as it reads to whoever looks into them. */
export const scanTables = async (
  client: DynamoDBClient,
  names: Readonly<Record<keyof typeof TABLE_NAMES, string>> = TABLE_NAMES,
): Promise<StoredItem[]> => {
  const items: StoredItem[] = [];
  for (const table of Object.keys(TABLE_NAMES) as (keyof typeof TABLE_NAMES)[]) {
    for await (const page of paginateScan({ client }, { TableName: names[table] })) {
      for (const item of page.Items ?? []) {
        items.push({ table, pk: item['pk']?.S ?? '', sk: item['sk']?.S ?? '', text: textOfItem(item) });
      }
    }
  }
  return items;
};
