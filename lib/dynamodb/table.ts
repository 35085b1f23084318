import { GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { attempted } from './attempted.ts';
import { keyOf, s, type Item, type Key } from './attributes.ts';
import { conditionOf, isFree, type Assumption } from './condition.ts';
import { putIf, removeIf, sending, type WriteOptions } from './conditional-write.ts';

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
  /** As `putNew`, but says what stands in the way: `null` when the item was written. */
  putNewOrFind(item: Item, options?: PutNewOptions): Promise<Item | null>;
  /** Writes the whole item over one that is still as assumed; `false` when it is not. */
  replace(item: Item, assumed: Assumption, options?: CallOptions): Promise<boolean>;
  /**
   * Removes an item that is still as assumed; `false` when it is not. Where an earlier answer was lost, an item
   * that is gone counts as removed, and one that another writer put there since does not.
   */
  remove(key: Key, assumed: Assumption, options?: CallOptions): Promise<boolean>;
}

export type TableOptions = WriteOptions;

export const createTable = (options: TableOptions): Table => {
  const { client, name: TableName, ...timing } = options;
  return {
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

    putNew: async (item, { signal, expiredBy } = {}) => (await putIf(options, item, isFree(expiredBy), signal)).written,

    async putNewOrFind(item, { signal, expiredBy } = {}) {
      const put = await putIf(options, item, isFree(expiredBy), signal);
      return put.written ? null : put.refused;
    },

    replace: async (item, assumed, { signal } = {}) =>
      (await putIf(options, item, conditionOf(assumed), signal)).written,

    remove: (key, assumed, { signal } = {}) => removeIf(options, key, conditionOf(assumed), signal),
  };
};
