import { isDeepStrictEqual } from 'node:util';
import { n } from '../dynamodb/attributes.ts';
import type { Assumption } from '../dynamodb/condition.ts';
import type { Change } from '../dynamodb/update.ts';

/** A change of one item, and what it takes for granted of it. */
export interface ItemUpdate {
  readonly change: Omit<Change, 'append'>;
  readonly assumed: Assumption;
}

type Numbers = Readonly<Record<string, number | bigint>>;

type AttributeValue = ReturnType<typeof n>;

const namesOf = (values: Readonly<Record<string, unknown>> = {}): string[] => Object.keys(values);

const merged = (
  first: Numbers | undefined,
  then: Numbers | undefined,
  of: (one: bigint, other: bigint) => bigint,
): Record<string, bigint | number> => {
  const all: Record<string, number | bigint> = { ...first };
  for (const [name, value] of Object.entries(then ?? {})) {
    const known = all[name];
    all[name] = known === undefined ? value : of(BigInt(known), BigInt(value));
  }
  return all;
};

const lower = (one: bigint, other: bigint): bigint => (one < other ? one : other);
const higher = (one: bigint, other: bigint): bigint => (one > other ? one : other);
const sumOf = (one: bigint, other: bigint): bigint => one + other;

/** Bounds of what comes second, as they have to be before the first has added its part. */
const before = (bounds: Numbers | undefined, added: Numbers): Record<string, number | bigint> =>
  Object.fromEntries(
    Object.entries(bounds ?? {}).map(([name, bound]) => {
      const by = added[name];
      return [name, by === undefined ? bound : BigInt(bound) - BigInt(by)];
    }),
  );

/** What is added to numbers that the first sets: what it leaves, with the second's part. */
const summed = (set: NonNullable<Change['set']>, added: Numbers | undefined): Record<string, AttributeValue> =>
  Object.fromEntries(
    Object.entries(added ?? {}).flatMap(([name, by]) => {
      const value = set[name]?.N;
      return value === undefined ? [] : [[name, n(BigInt(value) + BigInt(by))] as const];
    }),
  );

/** Those of numbers that are not known. */
const unknownOf = (numbers: Numbers | undefined, isKnown: (name: string) => boolean): Numbers =>
  Object.fromEntries(Object.entries(numbers ?? {}).filter(([name]) => !isKnown(name)));

const contradicts = ({ equal = {}, lacks = [] }: Assumption, then: Assumption): boolean =>
  Object.entries(then.equal ?? {}).some(
    ([name, value]) => lacks.includes(name) || !isDeepStrictEqual(equal[name] ?? value, value),
  ) || (then.lacks ?? []).some((name) => equal[name] !== undefined);

/**
 * One update that does what two do one after the other, both or none; `null` where no single one can. It looks at the
 * item as it was before the first: what the second looks at is left alone by the first, or added to, by which its
 * bounds are shifted, or set to a number, by which they are judged.
 */
export const compose = (first: ItemUpdate, then: ItemUpdate): ItemUpdate | null => {
  const { set = {}, add = {}, remove = [] } = first.change;
  const { equal, has = [], lacks = [] } = then.assumed;
  const numberSet = (name: string) => set[name]?.N;
  const isKnown = (name: string) => numberSet(name) !== undefined;
  const isWithin = (bounds: Numbers | undefined, fits: (value: bigint, bound: bigint) => boolean) =>
    Object.entries(bounds ?? {}).every(([name, bound]) => {
      const value = numberSet(name);
      return value === undefined || fits(BigInt(value), BigInt(bound));
    });
  if (!isWithin(then.assumed.atMost, (value, bound) => value <= bound)) return null;
  if (!isWithin(then.assumed.atLeast, (value, bound) => value >= bound)) return null;
  const atMost = unknownOf(then.assumed.atMost, isKnown);
  const atLeast = unknownOf(then.assumed.atLeast, isKnown);
  const thenAdd = unknownOf(then.change.add, isKnown);
  const isWritten = (name: string) => set[name] !== undefined || remove.includes(name);
  const isAdded = (name: string) => add[name] !== undefined;
  // A number that the first needs is there for both of them, whatever it adds.
  const isThere = (name: string) => first.assumed.has?.includes(name) === true;
  const exact = [...namesOf(equal), ...has.filter((name) => !isThere(name)), ...lacks];
  const removed = then.change.remove ?? [];
  if (exact.some((name) => isWritten(name) || isAdded(name))) return null;
  if (has.some(isWritten)) return null;
  if ([...namesOf(atMost), ...namesOf(atLeast), ...namesOf(thenAdd)].some(isWritten)) return null;
  if ([...namesOf(then.change.set), ...removed].some(isAdded)) return null;
  if (removed.some(isWritten) || namesOf(then.change.set).some((name) => remove.includes(name))) return null;
  if (contradicts(first.assumed, then.assumed)) return null;

  const ceilings = before(atMost, add);
  // A number that is not there yet passes any ceiling: what would be too much even then, has to be looked at first.
  if (namesOf(atMost).some((name) => isAdded(name) && !isThere(name) && BigInt(ceilings[name] ?? 0) < 0n)) return null;
  // What the first has made is there for the second, and not for both together.
  if (namesOf(atLeast).some((name) => isAdded(name) && first.assumed.atLeast?.[name] === undefined)) return null;

  return {
    change: {
      set: { ...set, ...summed(set, then.change.add), ...then.change.set },
      add: merged(add, thenAdd, sumOf),
      remove: [...remove, ...removed],
    },
    assumed: {
      equal: { ...first.assumed.equal, ...equal },
      has: [...new Set([...(first.assumed.has ?? []), ...has])],
      lacks: [...new Set([...(first.assumed.lacks ?? []), ...lacks])],
      atMost: merged(first.assumed.atMost, ceilings, lower),
      atLeast: merged(first.assumed.atLeast, before(atLeast, add), higher),
    },
  };
};
