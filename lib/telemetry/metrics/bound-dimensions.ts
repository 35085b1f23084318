import type { Dimension } from './metric-names.ts';

/** What a value is called that is not known, or one too many. */
export const OTHER = 'other';

/** Values of a dimension that no list bounds, in one process: more than any closed set of names has, and few enough to pay for. */
export const MOST_VALUES = 60;

/** The names that there are, where the stage knows them all: of any other it makes no metric. */
export type KnownNames = Readonly<Partial<Record<Dimension, ReadonlySet<string>>>>;

/**
 * Keeps the number of metrics bounded, whatever events say: CloudWatch bills each combination by the month. A name that is
 * not among the known ones counts as `other`, in every process alike; of other dimensions so does each value above the limit.
 */
export const boundDimensions = (known: KnownNames): ((dimension: Dimension, value: string) => string) => {
  const seen = new Map<Dimension, Set<string>>();
  return (dimension, value) => {
    const names = known[dimension];
    if (names !== undefined) return names.has(value) ? value : OTHER;
    const values = seen.get(dimension) ?? new Set();
    seen.set(dimension, values);
    if (values.size < MOST_VALUES) values.add(value);
    return values.has(value) ? value : OTHER;
  };
};
