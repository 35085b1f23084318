import type { Parking } from '../accounts/parking.ts';
import type { UserErasure } from '../end-users/erasures.ts';
import type { RunNotes } from '../end-users/run-notes.ts';
import { bookedName, bookedNameIn } from '../kernel/ids/pseudonym.ts';
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
  readonly openNotes: () => Promise<Pick<RunNotes, 'list'>>;
  readonly parking: Pick<Parking, 'list'>;
}

/** Rollups read before how far it is is noted. */
const RANGE_MS = 30 * DAY_MS;

/** A run that was created earlier is over, or was cancelled and has a row that says until when it booked. */
const RUN_OVER_MS = 900_000;

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
export const createEraseBooks = ({
  tenants,
  rollups,
  rewrite,
  eraseLabels,
  openNotes,
  parking,
}: EraseBooksParts): ErasePart => {
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

  /** Runs that were under way when the erasure was asked for: they may be killed, and then no row says how long they booked. */
  const underWay = async ({ tenantId, user, requestedAt }: UserErasure): Promise<ReadonlySet<string>> => {
    const late: string[] = [];
    for await (const { runId, createdAt } of (await openNotes()).list(tenantId, user, null, requestedAt))
      if (createdAt + RUN_OVER_MS > requestedAt) late.push(runId);
    return new Set(late);
  };

  /** Whether usage of the user waits to be booked, with its labels. */
  const isParked = async (tenantId: string, user: string): Promise<boolean> =>
    ((await parking.list()).get(tenantId) ?? []).some(
      ({ record }) => record !== null && record !== 'unknown' && isOf(record.userId ?? '', user),
    );

  return async (erasure, isOver) => {
    const { tenantId, bookedBy } = erasure;
    const tenant = await tenants.find(tenantId);
    if (tenant === null) return { erasure, isDone: true };
    const user = bookedName(erasure.user);
    const born = firstHour(tenant.createdAt);
    const runs = await underWay(erasure);
    const bookedUntil = Math.max(bookedBy, runs.size === 0 ? 0 : erasure.requestedAt + RUN_OVER_MS);
    const end = startOfHour(bookedUntil) + HOUR_MS;
    const through = Math.min(end, (await rollups.through(tenantId)) ?? born);
    let from = erasure.after === null ? born : Number(erasure.after);
    const broken = () => ({ erasure: { ...erasure, after: String(from) }, isDone: false });

    const eraseHour = async (hour: number): Promise<void> => {
      const said = await saidIn(tenantId, user, hour);
      // What has come since the hour was summed up is put into its rollups by whoever wrote it.
      if (hour < through && said.isWhole && !said.isNamed) return;
      const changed = await eraseLabels({ tenantId, hour, user, by: bookedBy, runs });
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
    const isLeft = erasure.isLeft || (await isParked(tenantId, user));
    return { erasure: { ...erasure, isLeft }, isDone: true };
  };
};
