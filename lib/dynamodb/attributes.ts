import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { AppError } from '../kernel/errors.ts';
import { label, safe } from '../kernel/redacted.ts';

/** An item as DynamoDB holds it. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** The primary key that all tables share. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export const s = (value: string): AttributeValue => ({ S: value });
/** Numbers travel as decimal strings, so a bigint of up to 38 digits stays exact. */
export const n = (value: number | bigint): AttributeValue => ({ N: value.toString() });
export const b = (value: Uint8Array): AttributeValue => ({ B: value });
export const flag = (value: boolean): AttributeValue => ({ BOOL: value });
export const strings = (values: readonly string[]): AttributeValue => ({ L: values.map(s) });

export const keyOf = ({ pk, sk }: Key): Item => ({ pk: s(pk), sk: s(sk) });

const found = <T>(name: string, value: T | undefined): T => {
  if (value === undefined) throw new AppError('internal', safe`A stored item lacks a readable ${label(name)}.`);
  return value;
};

/** Readers throw `internal` where the attribute is missing or of another type: then somebody else wrote the item. */
export const readString = (item: Item, name: string): string => found(name, item[name]?.S);
export const readNumber = (item: Item, name: string): number => Number(found(name, item[name]?.N));
export const readBigInt = (item: Item, name: string): bigint => BigInt(found(name, item[name]?.N));
export const readBytes = (item: Item, name: string): Uint8Array => found(name, item[name]?.B);
export const readFlag = (item: Item, name: string): boolean => found(name, item[name]?.BOOL);
export const readStrings = (item: Item, name: string): string[] =>
  found(name, item[name]?.L).map((element) => found(name, element.S));

/** For attributes that an item may do without. */
export const optional = <T>(item: Item, name: string, read: (item: Item, name: string) => T): T | null =>
  item[name] === undefined ? null : read(item, name);
