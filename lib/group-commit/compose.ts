import type { Assumption } from '../dynamodb/condition.ts';
import type { Change } from '../dynamodb/update.ts';

/** A change of one item, and what it takes for granted of it. */
export interface ItemUpdate {
  readonly change: Omit<Change, 'append'>;
  readonly assumed: Assumption;
}

type Numbers = Readonly<Record<string, number | bigint>>;

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

const contradicts = ({ equal = {}, lacks = [] }: Assumption, then: Assumption): boolean =>
  namesOf(then.equal).some((name) => equal[name] !== undefined || lacks.includes(name)) ||
  (then.lacks ?? []).some((name) => equal[name] !== undefined);

/**
 * One update that does what two do one after the other, both or none; `null` where no single one can. It looks at the
 * item as it was before the first: what the second looks at is left alone by the first, or added to, by which its
 * bounds are shifted.
 */
export const compose = (first: ItemUpdate, then: ItemUpdate): ItemUpdate | null => {
  const { set = {}, add = {}, remove = [] } = first.change;
  const { equal, has = [], lacks = [], atMost, atLeast } = then.assumed;
  const isWritten = (name: string) => set[name] !== undefined || remove.includes(name);
  const isAdded = (name: string) => add[name] !== undefined;
  const exact = [...namesOf(equal), ...has, ...lacks];
  const removed = then.change.remove ?? [];
  if (exact.some((name) => isWritten(name) || isAdded(name))) return null;
  if ([...namesOf(atMost), ...namesOf(atLeast), ...namesOf(then.change.add)].some(isWritten)) return null;
  if ([...namesOf(then.change.set), ...removed].some(isAdded)) return null;
  if (removed.some(isWritten) || namesOf(then.change.set).some((name) => remove.includes(name))) return null;
  if (contradicts(first.assumed, then.assumed)) return null;

  const ceilings = before(atMost, add);
  // A number that is not there yet passes any ceiling: what would be too much even then, has to be looked at first.
  if (namesOf(atMost).some((name) => isAdded(name) && BigInt(ceilings[name] ?? 0) < 0n)) return null;
  // What the first has made is there for the second, and not for both together.
  if (namesOf(atLeast).some((name) => isAdded(name) && first.assumed.atLeast?.[name] === undefined)) return null;

  return {
    change: {
      set: { ...set, ...then.change.set },
      add: merged(add, then.change.add, sumOf),
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
