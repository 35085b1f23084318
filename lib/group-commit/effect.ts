import { type Item, n } from '../dynamodb/attributes.ts';
import type { Assumption } from '../dynamodb/condition.ts';
import type { ItemUpdate } from './compose.ts';

const isSame = (one: Item[string] | undefined, other: Item[string]): boolean =>
  one !== undefined && JSON.stringify(one) === JSON.stringify(other);

const numberIn = (item: Item, name: string): bigint | null => {
  const text = item[name]?.N;
  return text === undefined ? null : BigInt(text);
};

/** Whether DynamoDB would find the item as assumed. */
export const holds = (
  item: Item,
  { equal = {}, has = [], lacks = [], atMost = {}, atLeast = {} }: Assumption,
): boolean =>
  Object.entries(equal).every(([name, value]) => isSame(item[name], value)) &&
  has.every((name) => item[name] !== undefined) &&
  lacks.every((name) => item[name] === undefined) &&
  Object.entries(atMost).every(
    ([name, most]) => item[name] === undefined || (numberIn(item, name) ?? BigInt(most) + 1n) <= BigInt(most),
  ) &&
  Object.entries(atLeast).every(([name, least]) => (numberIn(item, name) ?? BigInt(least) - 1n) >= BigInt(least));

/** The item as the change leaves it. */
export const changed = (item: Item, { set = {}, add = {}, remove = [] }: ItemUpdate['change']): Item => {
  const next: Record<string, Item[string]> = { ...item, ...set };
  for (const name of remove) delete next[name];
  for (const [name, by] of Object.entries(add)) next[name] = n((numberIn(item, name) ?? 0n) + BigInt(by));
  return next;
};

/**
 * Numbers of an item as each of several updates left them that were done together, from what all of them left: what
 * those after it have added is taken off again.
 */
export const afterEach = (updates: readonly Pick<ItemUpdate, 'change'>[], item: Item): Item[] => {
  let after = item;
  const items = updates.toReversed().map(({ change: { add = {} } }) => {
    const own = after;
    const numbers = Object.entries(add).flatMap(([name, by]) => {
      const value = numberIn(own, name);
      return value === null ? [] : [[name, n(value - BigInt(by))] as const];
    });
    after = { ...own, ...Object.fromEntries(numbers) };
    return own;
  });
  return items.toReversed();
};
