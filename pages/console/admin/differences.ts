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

/** Of two lists the items that only one has; where both have the same in another order, both as a whole. */
const ofLists = (name: string, from: readonly unknown[], to: readonly unknown[]): Difference => {
  const [before, after] = [from.flatMap(written), to.flatMap(written)];
  const removed = before.filter((item) => !after.includes(item));
  const added = after.filter((item) => !before.includes(item));
  return removed.length + added.length > 0
    ? { name, removed, added }
    : { name, removed: [JSON.stringify(from)], added: [JSON.stringify(to)] };
};

/** What is not the same in two values; of objects, by the names of their members. */
export const differences = (name: string, from: unknown, to: unknown): readonly Difference[] => {
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  if (isObject(from) && isObject(to))
    return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((key) =>
      differences(`${name}.${key}`, from[key], to[key]),
    );
  if (Array.isArray(from) && Array.isArray(to)) return [ofLists(name, from, to)];
  return [{ name, removed: written(from), added: written(to) }];
};
