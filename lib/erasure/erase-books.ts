import { bookedName, bookedNameIn } from '../kernel/pseudonym.ts';
import type { TenantDirectory } from '../tenants/types.ts';
import type { EraseLabels } from '../usage/erase-labels.ts';
import { isNamedCell } from '../usage/reports/cells.ts';
import type { RollUps } from '../usage/reports/rollups/roll-up.ts';
import type { RollupStore } from '../usage/reports/rollups/rollup-store.ts';
import { DAY_MS, firstHour, HOUR_MS, hoursOf, startOfHour, type TimeRange } from '../usage/reports/time-range.ts';
import type { ErasePart } from './parts.ts';

export interface EraseBooksParts {
  readonly tenants: Pick<TenantDirectory, 'find'>;
  readonly rollups: Pick<RollupStore, 'through' | 'inRange' | 'inHour' | 'removeLeft'>;
  readonly rewrite: RollUps['rewrite'];
  readonly eraseLabels: EraseLabels;
}

/** Rollups read before how far it is is noted. */
const RANGE_MS = 30 * DAY_MS;

/** The rollups that name somebody, a session or metadata. */
const NAMING = ['user', 'cell'] as const;

const isOf = (stored: string, user: string): boolean => stored !== '' && bookedNameIn(stored) === user;

/** What an hour's rollups say of a user. */
interface Said {
  /** They name something that is to be erased, or there are parts beside them that may. */
  readonly isNamed: boolean;
  /** All records of the hour are in them. */
  readonly isWhole: boolean;
}

/**
 * Takes a user's name, sessions and metadata out of the books; amounts stay, under the pseudonym. Only hours in which the
 * user has something are read: their rollups say so. A rollup is made anew after its records, and what is left of earlier
 * ones is removed after that, so that an hour that was done is known by its rollups.
 */
export const createEraseBooks = ({ tenants, rollups, rewrite, eraseLabels }: EraseBooksParts): ErasePart => {
  const saidIn = async (tenantId: string, user: string, hour: number): Promise<Said> => {
    const [users, cells] = await Promise.all(NAMING.map((each) => rollups.inHour(tenantId, each, hour)));
    const isNamed =
      !users?.isAlone ||
      !cells?.isAlone ||
      users.rollup?.groups.some(([stored]) => isOf(stored, user) && stored !== user) === true ||
      cells.rollup?.groups.some(([cell]) => isNamedCell(cell, user)) === true;
    const counted = users?.rollup?.records ?? Infinity;
    return { isNamed, isWhole: (cells?.rollup?.records ?? 0) >= counted };
  };

  /** Rolled-up hours of a range in which the user has something. */
  const hoursWith = async (tenantId: string, user: string, range: TimeRange): Promise<number[]> => {
    const hours: number[] = [];
    for await (const { hour, groups } of rollups.inRange(tenantId, 'user', range))
      if (groups.some(([stored]) => isOf(stored, user))) hours.push(hour);
    return hours;
  };

  return async (erasure, isOver) => {
    const { tenantId, bookedBy } = erasure;
    const tenant = await tenants.find(tenantId);
    if (tenant === null) return { erasure, isDone: true };
    const user = bookedName(erasure.user);
    const born = firstHour(tenant.createdAt);
    const end = startOfHour(bookedBy) + HOUR_MS;
    const through = Math.min(end, (await rollups.through(tenantId)) ?? born);
    let from = erasure.after === null ? born : Number(erasure.after);
    const broken = () => ({ erasure: { ...erasure, after: String(from) }, isDone: false });

    const eraseHour = async (hour: number): Promise<void> => {
      const said = await saidIn(tenantId, user, hour);
      // What has come since the hour was summed up is put into its rollups by whoever wrote it.
      if (hour < through && said.isWhole && !said.isNamed) return;
      const changed = await eraseLabels({ tenantId, hour, user, by: bookedBy });
      if (changed === 0 && !said.isNamed) return;
      // Also of an hour that is not due yet: who is summing it up right now may have read it before.
      await rewrite(tenantId, hour);
      for (const dimension of NAMING) await rollups.removeLeft(tenantId, dimension, hour);
    };

    while (from < through) {
      const to = Math.min(through, from + RANGE_MS);
      for (const hour of await hoursWith(tenantId, user, { from, to })) {
        from = hour;
        if (isOver()) return broken();
        await eraseHour(hour);
      }
      from = to;
      if (isOver()) return broken();
    }
    for (const hour of hoursOf({ from, to: end })) {
      from = hour;
      if (isOver()) return broken();
      await eraseHour(hour);
    }
    return { erasure, isDone: true };
  };
};
