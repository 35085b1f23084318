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
 * those after it have added is taken off again, unless one of them has set it since; then it is what was set before.
 */
export const afterEach = (updates: readonly Pick<ItemUpdate, 'change'>[], item: Item): Item[] => {
  const known: Record<string, bigint> = {};
  const added: Record<string, bigint> = {};
  for (const { change } of updates)
    for (const [name, by] of Object.entries(change.add ?? {})) added[name] = (added[name] ?? 0n) + BigInt(by);
  return updates.map(({ change: { set = {}, add = {} } }) => {
    for (const name of Object.keys(set)) {
      const value = numberIn(set, name);
      if (value !== null) known[name] = value;
    }
    for (const [name, by] of Object.entries(add)) {
      added[name] = (added[name] ?? 0n) - BigInt(by);
      if (known[name] !== undefined) known[name] += BigInt(by);
    }
    const numbers = Object.keys(added).flatMap((name) => {
      const value = known[name] ?? numberIn(item, name);
      return value === null ? [] : [[name, n(known[name] ?? value - (added[name] ?? 0n))] as const];
    });
    const sets = Object.entries(known).map(([name, value]) => [name, n(value)] as const);
    return { ...item, ...Object.fromEntries([...numbers, ...sets]) };
  });
};
