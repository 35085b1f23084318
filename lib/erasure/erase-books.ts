import { bookedName, bookedNameIn } from '../kernel/pseudonym.ts';
import type { TenantDirectory } from '../tenants/types.ts';
import type { EraseLabels } from '../usage/erase-labels.ts';
import { isNamedCell } from '../usage/reports/cells.ts';
import type { RollUps } from '../usage/reports/rollups/roll-up.ts';
import type { RollupStore } from '../usage/reports/rollups/rollup-store.ts';
import { DAY_MS, firstHour, HOUR_MS, hoursOf, startOfHour } from '../usage/reports/time-range.ts';
import type { ErasePart } from './parts.ts';

export interface EraseBooksParts {
  readonly tenants: Pick<TenantDirectory, 'find'>;
  readonly rollups: Pick<RollupStore, 'through' | 'inRange'>;
  readonly rewrite: RollUps['rewrite'];
  readonly eraseLabels: EraseLabels;
}

/** Rollups read before how far it is is noted. */
const RANGE_MS = 30 * DAY_MS;
/** The last time only what may have come late is gone through: books are closed within minutes, and parked for a day at most. */
const LATE_MS = 2 * DAY_MS;

/**
 * Takes a user's name, sessions and metadata out of the books; amounts stay, under the pseudonym. Only hours in which the
 * user has something are read: their rollups say so. A rollup is made anew after its records, so that one that was done is
 * known by it.
 */
export const createEraseBooks = ({ tenants, rollups, rewrite, eraseLabels }: EraseBooksParts): ErasePart => {
  /** Rolled-up hours of a range that have something to be erased. */
  const namedHours = async (tenantId: string, user: string, range: { from: number; to: number }): Promise<number[]> => {
    const own: number[] = [];
    for await (const { hour, groups } of rollups.inRange(tenantId, 'user', range))
      if (groups.some(([stored]) => stored !== '' && bookedNameIn(stored) === user)) own.push(hour);
    const named: number[] = [];
    for (const hour of own) {
      let isClean = false;
      for await (const { groups } of rollups.inRange(tenantId, 'cell', { from: hour, to: hour + HOUR_MS }))
        isClean = !groups.some(([cell]) => isNamedCell(cell, user));
      // In an hour of very many cells there is no rollup of them.
      if (!isClean) named.push(hour);
    }
    return named;
  };

  return async (erasure, isOver) => {
    const { tenantId, bookedBy, isLast } = erasure;
    const tenant = await tenants.find(tenantId);
    if (tenant === null) return { erasure, isDone: true };
    const user = bookedName(erasure.user);
    const born = firstHour(tenant.createdAt);
    const start = isLast ? Math.max(born, startOfHour(bookedBy - LATE_MS)) : born;
    const end = startOfHour(bookedBy) + HOUR_MS;
    const through = Math.min(end, (await rollups.through(tenantId)) ?? born);
    let from = erasure.after === null ? start : Number(erasure.after);
    const broken = () => ({ erasure: { ...erasure, after: String(from) }, isDone: false });

    while (from < through) {
      const to = Math.min(through, from + RANGE_MS);
      for (const hour of await namedHours(tenantId, user, { from, to })) {
        from = hour;
        if (isOver()) return broken();
        await eraseLabels({ tenantId, hour, user, by: bookedBy });
        await rewrite(tenantId, hour);
      }
      from = to;
      if (isOver()) return broken();
    }
    for (const hour of hoursOf({ from, to: end })) {
      from = hour;
      if (isOver()) return broken();
      await eraseLabels({ tenantId, hour, user, by: bookedBy });
    }
    return { erasure, isDone: true };
  };
};
