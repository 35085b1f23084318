import type { Dimension } from '../dimensions.ts';
import type { TimeRange } from '../time-range.ts';

/** What is rolled up: attempts by each of their dimensions and by all of them at once, and tool calls by tool. */
export type RollupDimension = Dimension | 'cell' | 'tool';

/** The groups of one hour, as plain JSON. */
export interface Rollup {
  /** First millisecond of the hour. */
  readonly hour: number;
  /** From how many records it was made; 0: there are too many groups, and the records are to be read instead. */
  readonly records: number;
  /** In the order of their keys. */
  readonly groups: readonly (readonly [key: string, figures: unknown])[];
}

/** Which write of an hour's rollup stands. */
export interface Standing {
  /** One more with each write; 0: an earlier version of Ballast wrote it. */
  readonly version: number;
  readonly records: number;
}

/** What is there of an hour in one dimension. */
export interface HourOfRollups {
  /** `null`: none stands. */
  readonly rollup: Rollup | null;
  /** Whether there is nothing else: no part of one that another has taken the place of, or that a killed writer began. */
  readonly isAlone: boolean;
}

/**
 * What the database does atomically for rollups. A writer asks which one stands before it reads the records, and writes over
 * that one alone: so whoever wrote last has read last, and what was erased from the records comes back in no rollup.
 */
export interface RollupStore {
  /** The instant before which all of a tenant's hours are rolled up; `null`: none is. */
  through(tenantId: string): Promise<number | null>;
  /** Sets that instant, unless it is later already. */
  raise(tenantId: string, through: number): Promise<void>;
  /** Which rollup of an hour stands; `null`: none. */
  standing(tenantId: string, dimension: RollupDimension, hour: number): Promise<Standing | null>;
  /** Writes an hour's rollup over the one that stood; `false` where another stands by now. Rollups of any size are kept. */
  put(tenantId: string, dimension: RollupDimension, rollup: Rollup, over: Standing | null): Promise<boolean>;
  /**
   * The rollups of a range in the order of their hours; an hour without records has none. Each is as one writer wrote it,
   * whatever is written meanwhile.
   */
  inRange(tenantId: string, dimension: RollupDimension, range: TimeRange): AsyncIterable<Rollup>;
  /** As `inRange`, of one hour. */
  inHour(tenantId: string, dimension: RollupDimension, hour: number): Promise<HourOfRollups>;
  /**
   * Removes what nobody can read any more of an hour: parts of earlier rollups, and of writers that come too late. What a
   * writer has begun over the one that stands is left to it. To be asked after a rollup was written.
   */
  removeLeft(tenantId: string, dimension: RollupDimension, hour: number): Promise<void>;
}
