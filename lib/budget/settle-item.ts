import { type Item, n, s } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import type { Change } from '../dynamodb/update.ts';
import type { Patience } from '../dynamodb/with-store-retries.ts';
import { minus, plus, ZERO } from '../kernel/money.ts';
import { type Account, dayOf, monthOf } from './account.ts';
import { dayName, FENCE, fenceIn, itemKey, OPEN, reservationName, tombstoneName } from './item.ts';
import { packReservation, type Reservation } from './reservation.ts';
import type { Settlement } from './store.ts';

/** Settlements that one update takes: its expressions stay within half of the 4 KB that they may have. */
const IN_ONE = 40;

const namesOf = (reservations: readonly Reservation[], nameOf: (attemptId: string) => string): Item =>
  Object.fromEntries(reservations.map((held) => [nameOf(held.attemptId), s(packReservation(held))]));

/** Takes reservations away, and adds to each of their days what they cost less what they held. */
export const settling = (settlements: readonly Settlement[], fenced: boolean): Change & { readonly equal: Item } => {
  const held = settlements.map(({ reservation }) => reservation);
  const days = Map.groupBy(settlements, ({ reservation: { at } }) => dayName(dayOf(at)));
  const differenceOf = (some: readonly Settlement[]) =>
    some.reduce((sum, { actual, reservation }) => plus(sum, minus(actual, reservation.amount)), ZERO);
  return {
    remove: held.map(({ attemptId }) => reservationName(attemptId)),
    add: {
      ...Object.fromEntries([...days].map(([name, some]) => [name, differenceOf(some)])),
      month: differenceOf(settlements),
      [OPEN]: -settlements.length,
    },
    ...(fenced ? { set: namesOf(held, tombstoneName) } : {}),
    equal: namesOf(held, reservationName),
  };
};

type Updating = Pick<Table, 'update'>;
type Of = Pick<Account, 'pk'>;

/** The instant up to which nothing may arrive any more, where requests of these still can; 0 where none can. */
const fenceOf = (settlements: readonly Settlement[]): number =>
  Math.max(0, ...settlements.map(({ reservation: { fenced, at } }) => (fenced ? at : 0)));

/** Settles a few by one update; where one of them is gone already, the others are settled without it. */
const settleFew = async (
  table: Updating,
  account: Of,
  settlements: readonly Settlement[],
  patience: Patience | undefined,
): Promise<void> => {
  let left = settlements;
  let stands = 0;
  while (left.length > 0) {
    const { equal, ...change } = settling(left, false);
    const key = itemKey(account, left[0]?.reservation.at ?? 0);
    const fence = fenceOf(left);
    const raises = fence > stands;
    const updated = await table.update(
      key,
      raises ? { ...change, set: { [FENCE]: n(fence) } } : change,
      raises ? { equal, atMost: { [FENCE]: fence } } : { equal },
      { patience },
    );
    if (updated.applied) return;
    const { found } = updated;
    const standing = left.filter(({ reservation }) => {
      const name = reservationName(reservation.attemptId);
      return found[name]?.S === equal[name]?.S;
    });
    stands = fenceIn(found);
    // Refused though all stand, and by no fence: another version may have made it so. Then none is taken away here.
    if (standing.length === left.length && !(raises && stands > fence)) return;
    left = standing;
  }
};

/**
 * Settles many by one update each few of a month, and resolves to those that were done before a write failed; rejects where
 * the first did. Those of which a request may still arrive raise the fence: a tombstone is as large as what it stands
 * for, and an item that is settled to be smaller would stay as it is.
 */
export const settleMany = async (
  table: Updating,
  account: Of,
  settlements: readonly Settlement[],
  patience?: Patience,
): Promise<readonly Settlement[]> => {
  const done: Settlement[] = [];
  try {
    for (const [, ofMonth] of Map.groupBy(settlements, ({ reservation: { at } }) => monthOf(at)))
      for (let from = 0; from < ofMonth.length; from += IN_ONE) {
        const few = ofMonth.slice(from, from + IN_ONE);
        await settleFew(table, account, few, patience);
        done.push(...few);
      }
  } catch (error) {
    if (done.length === 0) throw error;
  }
  return done;
};
