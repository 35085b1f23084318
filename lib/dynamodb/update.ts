import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { type Item, type Key, keyOf, n } from './attributes.ts';
import { type Assumption, conditionOf } from './condition.ts';
import { inTheWay, type Sending, TELL_WHY, type WriteOptions } from './conditional-write.ts';
import { isThrottled, isTransient } from './failure.ts';
import { withStoreRetries } from './with-store-retries.ts';

/** What an update does to attributes, in one step; the item is made where there is none. */
export interface Change {
  readonly set?: Item;
  /** Added to what is there; nothing there counts as zero. */
  readonly add?: Readonly<Record<string, number | bigint>>;
  /** Put at the end of a list; nothing there counts as an empty one. */
  readonly append?: Item;
  readonly remove?: readonly string[];
}

export interface UpdateOptions extends Sending {
  /** Sent a single time, for a change that a second application would falsify; a lost answer is then `store-unavailable`. */
  readonly once?: boolean;
  /** To be given the whole item as it is now, and not only what was changed. */
  readonly whole?: boolean;
}

/** `item`: the attributes that were changed (or `whole`), as they are now. `found`: what was not as assumed; empty where there was nothing. */
export type Updated =
  { readonly applied: true; readonly item: Item } | { readonly applied: false; readonly found: Item };

type Expression = Pick<
  UpdateItemCommandInput,
  'UpdateExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

const listOf = (...values: Item[string][]): Item[string] => ({ L: values });

export const expressionOf = ({ set = {}, add = {}, append = {}, remove = [] }: Change): Expression => {
  const sets = Object.entries(set);
  const adds = Object.entries(add);
  const appends = Object.entries(append);
  const clause = (word: string, parts: readonly string[]) =>
    parts.length === 0 ? [] : [`${word} ${parts.join(', ')}`];
  return {
    UpdateExpression: [
      ...clause(
        'REMOVE',
        remove.map((_, at) => `#remove${at}`),
      ),
      ...clause('SET', [
        ...sets.map((_, at) => `#set${at} = :set${at}`),
        ...appends.map((_, at) => `#append${at} = list_append(if_not_exists(#append${at}, :empty), :append${at})`),
      ]),
      ...clause(
        'ADD',
        adds.map((_, at) => `#add${at} :add${at}`),
      ),
    ].join(' '),
    ExpressionAttributeNames: Object.fromEntries<string>([
      ...sets.map(([name], at) => [`#set${at}`, name] as const),
      ...adds.map(([name], at) => [`#add${at}`, name] as const),
      ...appends.map(([name], at) => [`#append${at}`, name] as const),
      ...remove.map((name, at) => [`#remove${at}`, name] as const),
    ]),
    ExpressionAttributeValues: Object.fromEntries<Item[string]>([
      ...sets.map(([, value], at) => [`:set${at}`, value] as const),
      ...adds.map(([, value], at) => [`:add${at}`, n(value)] as const),
      ...appends.map(([, value], at) => [`:append${at}`, listOf(value)] as const),
      ...(appends.length === 0 ? [] : [[':empty', listOf()] as const]),
    ]),
  };
};

/** Updates an item that is as assumed, in one step. Rejects with `store-unavailable` only. */
export const updateIf = async (
  { client, name: TableName, ...timing }: WriteOptions,
  key: Key,
  change: Change,
  assumed: Assumption,
  { signal, patience, once = false, untilSent = false, whole = false }: UpdateOptions = {},
): Promise<Updated> => {
  const condition = conditionOf(assumed);
  const expression = expressionOf(change);
  const values = { ...expression.ExpressionAttributeValues, ...condition.ExpressionAttributeValues };
  const input: UpdateItemCommandInput = {
    TableName,
    Key: keyOf(key),
    UpdateExpression: expression.UpdateExpression,
    ConditionExpression: condition.ConditionExpression,
    ExpressionAttributeNames: { ...expression.ExpressionAttributeNames, ...condition.ExpressionAttributeNames },
    ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
    ReturnValues: whole ? 'ALL_NEW' : 'UPDATED_NEW',
    ...TELL_WHY,
  };
  const send = async (): Promise<Updated> => {
    try {
      const { Attributes } = await client.send('UpdateItem', input, signal);
      return { applied: true, item: Attributes ?? {} };
    } catch (error) {
      return { applied: false, found: inTheWay(error) ?? {} };
    }
  };
  return await withStoreRetries(
    send,
    { ...timing, ...(once ? { maxAttempts: 1 } : {}) },
    { signal, patience, isRetryable: untilSent ? isThrottled : isTransient },
  );
};
