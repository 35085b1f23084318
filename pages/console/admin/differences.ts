/** What is not the same in a value, by its name: what was taken away, and what came. */
export interface Difference {
  readonly name: string;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const written = (value: unknown): string[] =>
  value === undefined || value === null ? [] : [typeof value === 'string' ? value : JSON.stringify(value)];

/** The audit has instants in epoch milliseconds, under names such as `expiresAt`. */
const valueOf = (name: string, value: unknown): unknown =>
  typeof value === 'number' && name.endsWith('At') ? new Date(value).toISOString() : value;

type List = readonly unknown[];

/** The items of a list; one that is there and empty, which is not the same as none, is written as it is. */
const itemsOf = (list: List | null | undefined): string[] =>
  list?.length === 0 ? ['[]'] : (list ?? []).flatMap(written);

/** Of two lists the items that only one has; where both have the same in another order, both as a whole. */
const ofLists = (name: string, from: List | null | undefined, to: List | null | undefined): Difference => {
  const [before, after] = [itemsOf(from), itemsOf(to)];
  const removed = before.filter((item) => !after.includes(item));
  const added = after.filter((item) => !before.includes(item));
  return removed.length + added.length > 0
    ? { name, removed, added }
    : { name, removed: [JSON.stringify(from)], added: [JSON.stringify(to)] };
};

const isListOrNone = (value: unknown): value is List | null | undefined =>
  value === null || value === undefined || Array.isArray(value);
const isObjectOrNone = (value: unknown): value is Readonly<Record<string, unknown>> | null | undefined =>
  value === null || value === undefined || isObject(value);

/** What is not the same in two values; of objects, by the names of their members. */
export const differences = (name: string, from: unknown, to: unknown): readonly Difference[] => {
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  if ((isObject(from) || isObject(to)) && isObjectOrNone(from) && isObjectOrNone(to))
    return [...new Set([...Object.keys(from ?? {}), ...Object.keys(to ?? {})])].flatMap((key) =>
      differences(`${name}.${key}`, from?.[key], to?.[key]),
    );
  if ((Array.isArray(from) || Array.isArray(to)) && isListOrNone(from) && isListOrNone(to))
    return [ofLists(name, from, to)];
  return [{ name, removed: written(valueOf(name, from)), added: written(valueOf(name, to)) }];
};
