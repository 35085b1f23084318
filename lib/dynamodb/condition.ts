import type { PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import { type Item, n } from './attributes.ts';

/** What a conditional write sends along with its item or key. */
export type Condition = Pick<
  PutItemCommandInput,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

/** What a conditional write takes for granted of the item in place, all of it at once; at least one thing. */
export interface Assumption {
  /** Attributes and the values that they have. */
  readonly equal?: Item;
  readonly has?: readonly string[];
  readonly lacks?: readonly string[];
  /** Numbers that are not above this, or not there. */
  readonly atMost?: Readonly<Record<string, number | bigint>>;
  /** Numbers that are there and not below this. */
  readonly atLeast?: Readonly<Record<string, number | bigint>>;
}

/** As a condition of DynamoDB's; every name has a placeholder, because words like `state` are reserved. */
export const conditionOf = ({
  equal = {},
  has: present = [],
  lacks = [],
  atMost = {},
  atLeast = {},
}: Assumption): Condition => {
  const has = Object.entries(equal);
  const most = Object.entries(atMost);
  const least = Object.entries(atLeast);
  const values = [
    ...has.map(([, value], at) => [`:has${at}`, value] as const),
    ...most.map(([, value], at) => [`:most${at}`, n(value)] as const),
    ...least.map(([, value], at) => [`:least${at}`, n(value)] as const),
  ];
  return {
    ConditionExpression: [
      ...has.map((_, at) => `#has${at} = :has${at}`),
      ...present.map((_, at) => `attribute_exists(#present${at})`),
      ...lacks.map((_, at) => `attribute_not_exists(#lacks${at})`),
      ...most.map((_, at) => `(attribute_not_exists(#most${at}) OR #most${at} <= :most${at})`),
      ...least.map((_, at) => `#least${at} >= :least${at}`),
    ].join(' AND '),
    ExpressionAttributeNames: Object.fromEntries<string>([
      ...has.map(([name], at) => [`#has${at}`, name] as const),
      ...present.map((name, at) => [`#present${at}`, name] as const),
      ...lacks.map((name, at) => [`#lacks${at}`, name] as const),
      ...most.map(([name], at) => [`#most${at}`, name] as const),
      ...least.map(([name], at) => [`#least${at}`, name] as const),
    ]),
    ...(values.length === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(values) }),
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
