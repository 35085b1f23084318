import { type Item, type Key, keyOf, s } from './attributes.ts';
import type { Condition } from './condition.ts';
import { isConditionFailed, isThrottled, isTransient } from './failure.ts';
import type { DynamoDb } from './types.ts';
import { type Patience, type Timing, withStoreRetries } from './with-store-retries.ts';
import { createWriteId } from './write-id.ts';

export interface WriteOptions extends Timing {
  readonly client: DynamoDb;
  readonly name: string;
}

/** How long one write may take. */
export interface Writing {
  readonly signal?: AbortSignal | undefined;
  readonly patience?: Patience | undefined;
}

/** How often one write may be sent. */
export interface Sending extends Writing {
  /** Sent again only while it was throttled, and so for certain not done: what was applied was sent a single time. */
  readonly untilSent?: boolean;
}

/** Asks a refused write for the item in its way, which saves reading it, and tells whether it is our own. */
export const TELL_WHY = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;

/** What a refused write found; `null` where there was nothing. Rethrows what is no refusal. */
export const inTheWay = (error: unknown): Item | null => {
  if (!isConditionFailed(error)) throw error;
  return (error as { Item?: Item }).Item ?? null;
};

/**
 * Puts an item if the condition holds, marked as this call's own, so that a repetition after a lost answer knows its
 * own work. `refused` is the item that was not as assumed; empty where there was none.
 */
export const putIf = async (
  { client, name: TableName, ...timing }: WriteOptions,
  item: Item,
  condition: Condition,
  { signal, patience, untilSent = false }: Sending = {},
): Promise<{ readonly written: true } | { readonly written: false; readonly refused: Item }> => {
  const writeId = createWriteId(timing.random);
  const input = { TableName, Item: { ...item, writeId: s(writeId) }, ...condition, ...TELL_WHY };
  const put = async (repeated: boolean) => {
    try {
      await client.send('PutItem', input, signal);
      return { written: true } as const;
    } catch (error) {
      const refused = inTheWay(error) ?? {};
      const own = repeated && refused['writeId']?.S === writeId;
      return own ? ({ written: true } as const) : ({ written: false, refused } as const);
    }
  };
  const isRetryable = untilSent ? isThrottled : isTransient;
  return await withStoreRetries(put, timing, { signal, patience, isRetryable });
};

/** Deletes an item if the condition holds. After a lost answer, one that is gone counts as deleted by this call. */
export const removeIf = async (
  { client, name: TableName, ...timing }: WriteOptions,
  key: Key,
  condition: Condition,
  { signal, patience }: Writing = {},
): Promise<boolean> => {
  const input = { TableName, Key: keyOf(key), ...condition, ...TELL_WHY };
  const remove = async (repeated: boolean) => {
    try {
      await client.send('DeleteItem', input, signal);
      return true;
    } catch (error) {
      return inTheWay(error) === null && repeated;
    }
  };
  return await withStoreRetries(remove, timing, { signal, patience });
};
