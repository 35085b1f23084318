import { concurrently } from '../../kernel/concurrently.ts';
import type { UsageStore } from '../record.ts';
import type { ToolUsageStore } from '../tool-record.ts';
import { rollUpAttempts, rollUpToolCalls } from './hour-rollup.ts';
import type { RollupStore } from './rollup-store.ts';
import { firstHour, HOUR_MS, hoursOf, startOfHour } from './time-range.ts';

/** Beside `settledAfterMs`: clocks that differ, and a reconciler that runs late. */
const MARGIN_MS = 10 * 60_000;

/** Hours rolled up between two moves of the watermark, all at the same time: with eight tenants at once, about as many reads as the client has connections. */
const BATCH = 4;

/** Hours that one call rolls up at most unless told otherwise: some ten seconds' work after a long pause. */
const MAX_HOURS = 1_000;

export interface RollUpsOptions {
  readonly usage: Pick<UsageStore, 'inHour'>;
  readonly tools: Pick<ToolUsageStore, 'inHour'>;
  readonly rollups: Pick<RollupStore, 'through' | 'raise' | 'put'>;
  /** How long after an attempt was reserved its record is written at the latest, reconciled ones included. */
  readonly settledAfterMs: number;
}

export interface DueOf {
  readonly tenantId: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly now: number;
  readonly maxHours?: number;
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
  /** Makes the rollups of the hour of `at` anew, from all its records: for after a late one, as an adjustment is, was written. */
  rewrite(tenantId: string, at: number): Promise<void>;
}

export const createRollUps = ({ usage, tools, rollups, settledAfterMs }: RollUpsOptions): RollUps => {
  const rollUpHour = async (tenantId: string, hour: number): Promise<void> => {
    const [attempts, toolCalls] = await Promise.all([
      rollUpAttempts(usage, tenantId, hour),
      rollUpToolCalls(tools, tenantId, hour),
    ]);
    // An idle hour leaves nothing behind.
    const some = [...attempts, toolCalls].filter(({ rollup }) => rollup.records > 0);
    for (const { dimension, rollup } of some) await rollups.put(tenantId, dimension, rollup);
  };

  return {
    async rollUp({ tenantId, createdAt, now, maxHours = MAX_HOURS }) {
      let through = (await rollups.through(tenantId)) ?? firstHour(createdAt);
      const due = hoursOf({ from: through, to: startOfHour(now - settledAfterMs - MARGIN_MS) });
      const hours = due.slice(0, maxHours);
      for (let at = 0; at < hours.length; at += BATCH) {
        const batch = hours.slice(at, at + BATCH);
        await concurrently(batch, BATCH, (hour) => rollUpHour(tenantId, hour));
        through += batch.length * HOUR_MS;
        await rollups.raise(tenantId, through);
      }
      return { through, hours: hours.length, behind: due.length - hours.length };
    },

    // Of an hour above the watermark too: one that is being rolled up right now may have been read before the record came.
    rewrite: (tenantId, at) => rollUpHour(tenantId, startOfHour(at)),
  };
};
