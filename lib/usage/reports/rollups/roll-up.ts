import { AppError } from '../../../kernel/errors.ts';
import { safe } from '../../../kernel/redacted.ts';
import type { UsageStore } from '../../record.ts';
import type { ToolUsageStore } from '../../tool-record.ts';
import { DIMENSIONS } from '../dimensions.ts';
import { firstHour, HOUR_MS, hoursOf, startOfHour } from '../time-range.ts';
import { rollUpAttempts, rollUpToolCalls } from './hour-rollup.ts';
import type { RollupDimension, RollupStore, Standing } from './rollup-store.ts';

/** Beside `settledAfterMs`: clocks that differ, and a reconciler that runs late. */
const MARGIN_MS = 10 * 60_000;

/** Idle hours between two moves of the watermark. After one that had records it moves at once: they are not read again. */
const BATCH = 24;

/** Each try is lost to another writer of the hour only. */
const MAX_TRIES = 10;

/** Hours that one call rolls up at most unless told otherwise: some ten seconds' work after a long pause. */
const MAX_HOURS = 1_000;

export interface RollUpsOptions {
  readonly usage: Pick<UsageStore, 'inHour'>;
  readonly tools: Pick<ToolUsageStore, 'inHour'>;
  readonly rollups: Pick<RollupStore, 'through' | 'raise' | 'standing' | 'put'>;
  /** How long after an attempt was reserved its record is written at the latest, reconciled ones included. */
  readonly settledAfterMs: number;
}

export interface DueOf {
  readonly tenantId: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly now: number;
  readonly maxHours?: number;
  /** Asked before each hour and within it; what is left is for the next call, which goes on there. Default: never. */
  readonly isOver?: () => boolean;
}

export interface RolledUp {
  /** The instant before which all is rolled up now. */
  readonly through: number;
  readonly hours: number;
  /** Hours that are due too, and were left for the next call. */
  readonly behind: number;
}

export interface RollUps {
  /**
   * Rolls up, from the watermark on, every hour whose last reservation has ended. Harmless when it is repeated,
   * when two do it at once, and when it breaks off.
   */
  rollUp(due: DueOf): Promise<RolledUp>;
  /**
   * Makes the rollups of the hour of `at` anew, from all its records: for after a late one, as an adjustment is, was written,
   * or something was erased from them. Rollups that were begun before come no more.
   */
  rewrite(tenantId: string, at: number): Promise<void>;
}

const ROLLED_UP: readonly RollupDimension[] = [...DIMENSIONS, 'cell', 'tool'];

/** What stood for an hour before its records were read; where it has none of a dimension, nothing did. */
type Standings = ReadonlyMap<RollupDimension, Standing | null>;

interface BegunHour {
  readonly tenantId: string;
  readonly hour: number;
  readonly over: Standings;
  readonly attempts: ReturnType<typeof rollUpAttempts>;
  readonly toolCalls: ReturnType<typeof rollUpToolCalls>;
}

const NEVER = () => false;
const NOTHING: Standings = new Map();

export const createRollUps = ({ usage, tools, rollups, settledAfterMs }: RollUpsOptions): RollUps => {
  /** The hour that was broken off last, as far as it was read: one of millions of records takes longer than a call has. */
  let brokenOff: BegunHour | null = null;
  const begin = (tenantId: string, hour: number, over: Standings): BegunHour => ({
    tenantId,
    hour,
    over,
    attempts: rollUpAttempts(usage, tenantId, hour),
    toolCalls: rollUpToolCalls(tools, tenantId, hour),
  });
  /** After what stands: what is read then is newer than all that went into that. */
  const beginOver = async (tenantId: string, hour: number): Promise<BegunHour> => {
    const standing = ROLLED_UP.map(
      async (dimension) => [dimension, await rollups.standing(tenantId, dimension, hour)] as const,
    );
    return begin(tenantId, hour, new Map(await Promise.all(standing)));
  };
  const take = (tenantId: string, hour: number): BegunHour | null => {
    if (brokenOff?.tenantId !== tenantId || brokenOff.hour !== hour) return null;
    const taken = brokenOff;
    brokenOff = null;
    return taken;
  };

  /** What became of an hour that was begun. */
  const writeHour = async (
    begun: BegunHour,
    isOver: () => boolean,
  ): Promise<'written' | 'idle' | 'broken-off' | 'outrun'> => {
    const { tenantId, over } = begun;
    const [attempts, toolCalls] = await Promise.all([begun.attempts(isOver), begun.toolCalls]);
    if (attempts === null) {
      brokenOff = begun;
      return 'broken-off';
    }
    // An idle hour leaves nothing behind.
    const some = [...attempts, ...(toolCalls.rollup.records > 0 ? [toolCalls] : [])];
    for (const { dimension, rollup } of some)
      if (!(await rollups.put(tenantId, dimension, rollup, over.get(dimension) ?? null))) return 'outrun';
    return some.length > 0 ? 'written' : 'idle';
  };

  /** Resolves to whether there was anything; `null`: it was broken off. */
  const rollUpHour = async (first: BegunHour, isOver: () => boolean): Promise<boolean | null> => {
    const { tenantId, hour } = first;
    let begun = first;
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const end = await writeHour(begun, isOver);
      if (end !== 'outrun') return end === 'broken-off' ? null : end === 'written';
      begun = await beginOver(tenantId, hour);
    }
    throw new AppError('store-unavailable', safe`Others write the sums of this hour all the time.`);
  };

  let last: Promise<unknown> = Promise.resolve();
  /**
   * One hour at a time, whoever asks: those of busy tenants cost seconds of CPU each, and side by side in a function that
   * is cut off after a minute none of them would ever end.
   */
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const next = last.then(act);
    last = next.catch(() => undefined);
    return next;
  };

  return {
    async rollUp({ tenantId, createdAt, now, maxHours = MAX_HOURS, isOver = NEVER }) {
      let through = (await rollups.through(tenantId)) ?? firstHour(createdAt);
      const due = hoursOf({ from: through, to: startOfHour(now - settledAfterMs - MARGIN_MS) });
      let raisedTo = through;
      let hours = 0;
      const raise = async () => {
        if (through > raisedTo) await rollups.raise(tenantId, through);
        raisedTo = through;
      };
      for (const hour of due.slice(0, maxHours)) {
        const had = await inTurn(async () =>
          isOver() ? null : await rollUpHour(take(tenantId, hour) ?? begin(tenantId, hour, NOTHING), isOver),
        );
        if (had === null) break;
        through = hour + HOUR_MS;
        hours += 1;
        if (had || hours % BATCH === 0) await raise();
      }
      await raise();
      return { through, hours, behind: due.length - hours };
    },

    // Of an hour above the watermark too: one that is being rolled up right now may have been read before the record came.
    rewrite: async (tenantId, at) => void (await rollUpHour(await beginOver(tenantId, startOfHour(at)), NEVER)),
  };
};
