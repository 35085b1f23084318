import { GetItemCommand, PutItemCommand, QueryCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { attempted, type Timing } from './attempted.ts';
import { keyOf, n, s, type Item, type Key } from './attributes.ts';
import { isConditionFailed } from './failure.ts';
import { createWriteId } from './write-id.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface ReadOptions extends CallOptions {
  /** Half the price, and an answer that may be a second old; the default is a strong read. */
  readonly eventually?: boolean;
}

export interface PutNewOptions extends CallOptions {
  /** Epoch milliseconds: an item whose `expiresAt` has passed by then counts as gone, whether or not it was swept. */
  readonly expiredBy?: number;
}

/** One table, by the operations whose repetition is harmless. Every method rejects with `store-unavailable` only. */
export interface Table {
  get(key: Key, options?: ReadOptions): Promise<Item | null>;
  /** The items of a partition whose sort key begins so (`''`: all of them), in the order of their sort keys. */
  query(pk: string, skPrefix: string, options?: ReadOptions): AsyncIterable<Item>;
  /** Writes or replaces the whole item. */
  put(item: Item, options?: CallOptions): Promise<void>;
  /** Writes the item if its key is free; `false` when it is not. */
  putNew(item: Item, options?: PutNewOptions): Promise<boolean>;
}

export interface TableOptions extends Timing {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly name: string;
}

const sending = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { abortSignal: signal });

/** Whether the item that stands in the way is the one this very call wrote before its answer was lost. */
const isOwn = (error: unknown, writeId: string): boolean => (error as { Item?: Item }).Item?.['writeId']?.S === writeId;

export const createTable = ({ client, name: TableName, ...timing }: TableOptions): Table => ({
  async get(key, { signal, eventually = false } = {}) {
    const command = new GetItemCommand({ TableName, Key: keyOf(key), ConsistentRead: !eventually });
    const { Item } = await attempted(() => client.send(command, sending(signal)), timing, signal);
    return Item ?? null;
  },

  async *query(pk, skPrefix, { signal, eventually = false } = {}) {
    let ExclusiveStartKey: Record<string, Item[string]> | undefined;
    do {
      const command = new QueryCommand({
        TableName,
        // An empty string is not a key value, so "all" is another condition.
        KeyConditionExpression: skPrefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :sk)',
        ExpressionAttributeValues: { ':pk': s(pk), ...(skPrefix === '' ? {} : { ':sk': s(skPrefix) }) },
        ConsistentRead: !eventually,
        ExclusiveStartKey,
      });
      const page = await attempted(() => client.send(command, sending(signal)), timing, signal);
      yield* page.Items ?? [];
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
  },

  async put(item, { signal } = {}) {
    const command = new PutItemCommand({ TableName, Item: item });
    await attempted(() => client.send(command, sending(signal)), timing, signal);
  },

  async putNew(item, { signal, expiredBy } = {}) {
    const writeId = createWriteId(timing.random);
    const command = new PutItemCommand({
      TableName,
      Item: { ...item, writeId: s(writeId) },
      ConditionExpression: `attribute_not_exists(pk)${expiredBy === undefined ? '' : ' OR expiresAt <= :now'}`,
      ...(expiredBy === undefined ? {} : { ExpressionAttributeValues: { ':now': n(Math.floor(expiredBy / 1000)) } }),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    const write = async (repeated: boolean): Promise<boolean> => {
      try {
        await client.send(command, sending(signal));
        return true;
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
        return repeated && isOwn(error, writeId);
      }
    };
    return await attempted(write, timing, signal);
  },
});
