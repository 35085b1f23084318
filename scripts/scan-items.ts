import { type AttributeValue, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Item } from '../lib/dynamodb/attributes.ts';
import { type Timing, withStoreRetries } from '../lib/dynamodb/with-store-retries.ts';

/** Items of a table whose partition begins so, in no order, page by page as they are asked for; by strong reads of the whole table. */
export type ScanItems = (table: string, prefix: string) => AsyncIterable<Item>;

export const createScanItems = (client: DynamoDBClient, timing: Timing): ScanItems =>
  async function* (table, prefix) {
    let from: Record<string, AttributeValue> | undefined;
    do {
      const command = new ScanCommand({
        TableName: table,
        ConsistentRead: true,
        FilterExpression: 'begins_with(pk, :prefix)',
        ExpressionAttributeValues: { ':prefix': { S: prefix } },
        ExclusiveStartKey: from,
      });
      const page = await withStoreRetries(() => client.send(command), timing, {});
      yield* page.Items ?? [];
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
  };
