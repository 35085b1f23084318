import type { Grouping } from './cells.ts';
import { addTo, type Groups } from './measure.ts';
import { TOTALS, type Totals } from './totals.ts';

/**
 * The groups of a report with end users by their names, where they are known: the books have pseudonyms. What earlier
 * versions booked under the name itself is added to it.
 */
export const withUserNames = (
  groups: Groups<Totals>,
  by: Grouping,
  names: ReadonlyMap<string, string>,
): Groups<Totals> => {
  const at = by.findIndex((dimension) => dimension === 'user');
  const keyOf = (key: string): string => {
    if (by.length === 1) return names.get(key) ?? key;
    const values = JSON.parse(key) as string[];
    return JSON.stringify(values.with(at, names.get(values[at] ?? '') ?? values[at] ?? ''));
  };
  const named = new Map<string, Totals>();
  for (const [key, totals] of groups) addTo(named, keyOf(key), totals, TOTALS);
  return named;
};
