/** How figures of one kind add up and are kept: what reports and rollups are made of. */
export interface Measure<V> {
  readonly zero: V;
  readonly plus: (a: V, b: V) => V;
  /** Plain JSON, from which `read` makes an equal value. */
  readonly write: (value: V) => unknown;
  readonly read: (json: unknown) => V;
}

/** Figures by the key of their group, in no order. */
export type Groups<V> = ReadonlyMap<string, V>;

/** Adds one value to its group. */
export const addTo = <V>(groups: Map<string, V>, key: string, value: V, { zero, plus }: Measure<V>): void => {
  groups.set(key, plus(groups.get(key) ?? zero, value));
};

/** All groups of all parts; what stands in several of them is added up. */
export const merged = <V>(parts: Iterable<Groups<V>>, measure: Measure<V>): Map<string, V> => {
  const all = new Map<string, V>();
  for (const part of parts) for (const [key, value] of part) addTo(all, key, value, measure);
  return all;
};

/** Everything in one figure. */
export const totalOf = <V>(groups: Groups<V>, { zero, plus }: Measure<V>): V =>
  [...groups.values()].reduce((all, one) => plus(all, one), zero);
