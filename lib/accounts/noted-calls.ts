import { monthOf } from '../budget/account.ts';
import type { Budgets } from '../budget/budgets.ts';
import type { Reservation } from '../budget/reservation.ts';
import { concurrently } from '../kernel/concurrently.ts';
import type { ParkedAttempt, Parking, WaitingAttempt } from './parking.ts';

/** Notes of one tenant that are written or removed at a time. */
const AT_ONCE = 8;

/** Notes of a tenant that one pass takes away; the next goes on. */
const MOST_SWEPT = 400;

/** The attempts of a tenant that wait for the reconciler, by what is to be done with them. */
export interface Waiting {
  /** To be booked. */
  readonly parked: readonly ParkedAttempt[];
  /** Held by nobody and under way, or left by a process that is no more. */
  readonly underWay: readonly Reservation[];
  /** On the books, and noted until nothing of them can arrive any more. */
  readonly booked: readonly (WaitingAttempt & { readonly bookedAt: number })[];
}

export const sortWaiting = (all: readonly WaitingAttempt[]): Waiting => {
  const parked: ParkedAttempt[] = [];
  const underWay: Reservation[] = [];
  const booked: (WaitingAttempt & { readonly bookedAt: number })[] = [];
  for (const each of all) {
    const { reservation, record, bookedAt } = each;
    if (bookedAt !== undefined) booked.push({ ...each, bookedAt });
    else if (record === 'unknown') underWay.push(reservation);
    else parked.push({ reservation, record });
  }
  return { parked, underWay, booked };
};

/** Takes marks away that are needed no more, then the notes that name them. */
export const sweepNotes = async (
  { budgets, parking }: { readonly budgets: Pick<Budgets, 'forget'>; readonly parking: Pick<Parking, 'remove'> },
  over: readonly WaitingAttempt[],
): Promise<void> => {
  const reservations = over.slice(0, MOST_SWEPT).map(({ reservation }) => reservation);
  for (const [month, some] of Map.groupBy(reservations, ({ at }) => monthOf(at))) {
    await budgets.forget(month, some);
    await concurrently(some, AT_ONCE, (each) => parking.remove(each));
  }
};
