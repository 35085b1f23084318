import type { Dimension } from '../dimensions.ts';
import type { TimeRange } from '../time-range.ts';

/** What is rolled up: attempts by each of their dimensions and by all of them at once, and tool calls by tool. */
export type RollupDimension = Dimension | 'cell' | 'tool';

/** The groups of one hour, as plain JSON. */
export interface Rollup {
  /** First millisecond of the hour. */
  readonly hour: number;
  /** From how many records it was made. Records are never taken away, so of two rollups the one of more records is newer. */
  readonly records: number;
  /** In the order of their keys. */
  readonly groups: readonly (readonly [key: string, figures: unknown])[];
}

/** What the database does atomically for rollups. */
export interface RollupStore {
  /** The instant before which all of a tenant's hours are rolled up; `null`: none is. */
  through(tenantId: string): Promise<number | null>;
  /** Sets that instant, unless it is later already. */
  raise(tenantId: string, through: number): Promise<void>;
  /** Writes an hour's rollup, unless one of more records is there: `false` then. Rollups of any size are kept. */
  put(tenantId: string, dimension: RollupDimension, rollup: Rollup): Promise<boolean>;
  /** The rollups of a range in the order of their hours; an hour without records has none. */
  inRange(tenantId: string, dimension: RollupDimension, range: TimeRange): AsyncIterable<Rollup>;
}
