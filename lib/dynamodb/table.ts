import { type Item, type Key, keyOf, s } from './attributes.ts';
import { type Assumption, conditionOf, isFree } from './condition.ts';
import { putIf, removeIf, type Sending, type WriteOptions } from './conditional-write.ts';
import { causeOf } from './failure.ts';
import { type Change, type Updated, updateIf, type UpdateOptions } from './update.ts';
import { type Patience, withStoreRetries } from './with-store-retries.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface WritingOptions extends CallOptions {
  /** Default: three attempts. */
  readonly patience?: Patience | undefined;
}

export interface ReadOptions extends CallOptions {
  /** Half the price, and an answer that may be a second old; the default is a strong read. */
  readonly eventually?: boolean;
}

/** Another order of a table's items. It is always read eventually consistent, and holds what it projects alone. */
export interface Index {
  readonly name: string;
  /** The attributes that stand in for `pk` and `sk`. */
  readonly partitionKey: string;
  readonly sortKey: string;
}

export interface QueryOptions extends ReadOptions {
  /** Default: the table itself. */
  readonly index?: Index;
  /** From the last sort key to the first. */
  readonly descending?: boolean;
  /** Items read at a time; by default as many as a page of 1 MB holds. */
  readonly pageSize?: number;
}

/** Sort keys that begin so (`''`: all), or lie between two of them, both included. */
export type SortKeys = string | { readonly from: string; readonly to: string };

export interface PutNewOptions extends WritingOptions, Pick<Sending, 'untilSent'> {
  /** Epoch milliseconds: an item whose `expiresAt` has passed by then counts as gone, whether or not it was swept. */
  readonly expiredBy?: number;
}

/** One table, by the operations whose repetition is harmless. Every method rejects with `store-unavailable` only. */
export interface Table {
  get(key: Key, options?: ReadOptions): Promise<Item | null>;
  /** The items of a partition, in the order of their sort keys; read page by page, as far as they are asked for. */
  query(pk: string, sortKeys: SortKeys, options?: QueryOptions): AsyncIterable<Item>;
  /** Writes or replaces the whole item. */
  put(item: Item, options?: WritingOptions): Promise<void>;
  /** Writes the item if its key is free; `false` when it is not. */
  putNew(item: Item, options?: PutNewOptions): Promise<boolean>;
  /** As `putNew`, but says what stands in the way: `null` when the item was written. */
  putNewOrFind(item: Item, options?: PutNewOptions): Promise<Item | null>;
  /** Writes the whole item over one that is still as assumed; `false` when it is not. */
  replace(item: Item, assumed: Assumption, options?: WritingOptions): Promise<boolean>;
  /**
   * Removes an item that is still as assumed; `false` when it is not. Where an earlier answer was lost, an item
   * that is gone counts as removed, and one that another writer put there since does not.
   */
  remove(key: Key, assumed: Assumption, options?: CallOptions): Promise<boolean>;
  /**
   * Changes an item that is as assumed, in one step. It may be sent again after a lost answer: the caller's assumption
   * must make a second application impossible, or `once` be set.
   */
  update(key: Key, change: Change, assumed: Assumption, options?: UpdateOptions): Promise<Updated>;
  /** Does again what failed and may pass by itself, as the other methods do; `act` must be harmless to repeat. */
  repeatedly<T>(act: () => Promise<T>, options?: WritingOptions): Promise<T>;
}

export type TableOptions = WriteOptions;

const within = (pk: string, sortKeys: SortKeys, { partitionKey, sortKey }: Omit<Index, 'name'>) => {
  const partition = `${partitionKey} = :pk`;
  // An empty string is not a key value, so "all" is another condition.
  if (sortKeys === '') return { KeyConditionExpression: partition, ExpressionAttributeValues: { ':pk': s(pk) } };
  return typeof sortKeys === 'string'
    ? {
        KeyConditionExpression: `${partition} AND begins_with(${sortKey}, :sk)`,
        ExpressionAttributeValues: { ':pk': s(pk), ':sk': s(sortKeys) },
      }
    : {
        KeyConditionExpression: `${partition} AND ${sortKey} BETWEEN :from AND :to`,
        ExpressionAttributeValues: { ':pk': s(pk), ':from': s(sortKeys.from), ':to': s(sortKeys.to) },
      };
};

export const createTable = (options: TableOptions): Table => {
  const { client, name: TableName, ...timing } = options;
  return {
    async get(key, { signal, eventually = false } = {}) {
      const input = { TableName, Key: keyOf(key), ConsistentRead: !eventually };
      const { Item } = await withStoreRetries(() => client.send('GetItem', input, signal), timing, { signal });
      return Item ?? null;
    },

    async *query(pk, sortKeys, { signal, eventually = false, descending = false, pageSize, index } = {}) {
      let ExclusiveStartKey: Record<string, Item[string]> | undefined;
      do {
        const input = {
          TableName,
          IndexName: index?.name,
          ...within(pk, sortKeys, index ?? { partitionKey: 'pk', sortKey: 'sk' }),
          ConsistentRead: !eventually && index === undefined,
          ScanIndexForward: !descending,
          Limit: pageSize,
          ExclusiveStartKey,
        };
        const page = await withStoreRetries(() => client.send('Query', input, signal), timing, { signal });
        yield* page.Items ?? [];
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined);
    },

    async put(item, { signal, patience } = {}) {
      const put = () => client.send('PutItem', { TableName, Item: item }, signal);
      await withStoreRetries(put, timing, { signal, patience });
    },

    putNew: async (item, { expiredBy, ...writing } = {}) =>
      (await putIf(options, item, isFree(expiredBy), writing)).written,

    async putNewOrFind(item, { expiredBy, ...writing } = {}) {
      const put = await putIf(options, item, isFree(expiredBy), writing);
      return put.written ? null : put.refused;
    },

    replace: async (item, assumed, writing) => (await putIf(options, item, conditionOf(assumed), writing)).written,

    remove: (key, assumed, writing) => removeIf(options, key, conditionOf(assumed), writing),

    update: (key, change, assumed, updating) => updateIf(options, key, change, assumed, updating),

    repeatedly(act, { signal, patience } = {}) {
      const once = () =>
        act().catch((error: unknown) => {
          throw causeOf(error);
        });
      return withStoreRetries(once, timing, { signal, patience });
    },
  };
};
