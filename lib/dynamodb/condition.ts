import type { PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import { n, type Item } from './attributes.ts';

/** What a conditional write sends along with its item or key. */
export type Condition = Pick<
  PutItemCommandInput,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

/** What a conditional write takes for granted of the item in place; an item that is gone fulfils none. */
export interface Assumption {
  /** Attributes and the values that they have; at least one. */
  readonly equal: Item;
  readonly lacks?: readonly string[];
}

/** As a condition of DynamoDB's; every name has a placeholder, because words like `state` are reserved. */
export const conditionOf = ({ equal, lacks = [] }: Assumption): Condition => {
  const has = Object.entries(equal);
  return {
    ConditionExpression: [
      ...has.map((_, at) => `#has${at} = :has${at}`),
      ...lacks.map((_, at) => `attribute_not_exists(#lacks${at})`),
    ].join(' AND '),
    ExpressionAttributeNames: {
      ...Object.fromEntries(has.map(([name], at) => [`#has${at}`, name])),
      ...Object.fromEntries(lacks.map((name, at) => [`#lacks${at}`, name])),
    },
    ExpressionAttributeValues: Object.fromEntries(has.map(([, value], at) => [`:has${at}`, value])),
  };
};

/** That a key is free, or its item's time to live has passed by then (epoch milliseconds), swept or not. */
export const isFree = (expiredBy?: number): Condition =>
  expiredBy === undefined
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : {
        ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
        ExpressionAttributeValues: { ':now': n(Math.floor(expiredBy / 1000)) },
      };
