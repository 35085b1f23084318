import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { readString } from '../../lib/dynamodb/attributes.ts';
import { type Timing, withStoreRetries } from '../../lib/dynamodb/with-store-retries.ts';
import type { ScannedKey } from './own-items.ts';

/** Keys of a table that have a word in them, in no order, page by page; by strong reads of the whole table. */
export type ScanKeys = (table: string, word: string) => AsyncIterable<ScannedKey>;

export const createScanKeys = (client: DynamoDBClient, timing: Timing): ScanKeys =>
  async function* (table, word) {
    let from: Record<string, { S: string }> | undefined;
    do {
      const command = new ScanCommand({
        TableName: table,
        ConsistentRead: true,
        ProjectionExpression: 'pk, sk',
        FilterExpression: 'contains(pk, :word) OR contains(sk, :word)',
        ExpressionAttributeValues: { ':word': { S: word } },
        ExclusiveStartKey: from,
      });
      const page = await withStoreRetries(() => client.send(command), timing, {});
      for (const item of page.Items ?? []) yield { pk: readString(item, 'pk'), sk: readString(item, 'sk') };
      from = page.LastEvaluatedKey as typeof from;
    } while (from !== undefined);
  };
