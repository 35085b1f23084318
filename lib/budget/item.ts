import { type Item, type Key, keyOf, optional, readBigInt, readNumber, readString, s } from '../dynamodb/attributes.ts';
import { pico, ZERO } from '../kernel/money.ts';
import { type Account, dayOf, monthOf } from './account.ts';
import { type Reservation, unpackReservation } from './reservation.ts';
import { unpackAllotment } from './shards/allotment.ts';
import type { AccountMonth, Adjustment, Counted, Lent } from './store.ts';

/**
 * Attributes of an account's month besides its keys and `month`: one a day, one an open reservation, one a tombstone, one an
 * adjustment, one a mark.
 */
export const dayName = (day: string): string => `d#${day}`;
export const reservationName = (attemptId: string): string => `r#${attemptId}`;
export const tombstoneName = (attemptId: string): string => `z#${attemptId}`;
export const adjustmentName = (attemptId: string): string => `x#${attemptId}`;
/** What was lent on a day to a shard; the item is of one month, so it needs no more than the day of it. */
export const allotmentName = (day: string, shard: number): string => `a#${day.slice(-2)}#${shard}`;
/** Under which limits the day's part of it was lent. */
export const termsName = (day: string): string => `t#${day.slice(-2)}`;
export const markName = (mark: string): string => `m#${mark}`;

/** How many reservations are open. An item from before they were counted has none, and may fall below zero. */
export const OPEN = 'open';
/** Nothing that was begun at this instant (epoch milliseconds) or before is held any more. */
export const FENCE = 'fence';
/** A number that whoever tells of thresholds notes; adding nothing to it has it read along with a settlement. */
export const NOTED = 'noted';
/** The last day that was closed. */
export const CLOSED = 'closed';

/** What an adjustment becomes when its record is written. */
export const WRITTEN = s('-');

export const itemKey = ({ pk }: Pick<Account, 'pk'>, at: number): Key => ({ pk, sk: monthOf(at) });

const named = (item: Item, prefix: string): string[] =>
  Object.keys(item)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));

const tenantOf = (pk: string): string => pk.split('#')[1] ?? '';

/** How many stand in the item, those of other versions included. */
export const countOpen = (item: Item): number => named(item, 'r#').length;

export const countTombstones = (item: Item): number => named(item, 'z#').length;

/** How many are open by the item's own counter; `null` where it has none. */
export const openIn = (item: Item): number | null => optional(item, OPEN, readNumber);

/** Up to which instant nothing is held any more; 0 where there is none. */
export const fenceIn = (item: Item): number => optional(item, FENCE, readNumber) ?? 0;

export const monthFrom = (item: Item): AccountMonth => {
  const tenantId = tenantOf(readString(item, 'pk'));
  const reservations = (prefix: string, nameOf: (attemptId: string) => string): Reservation[] =>
    named(item, prefix).flatMap(
      (attemptId) => unpackReservation(tenantId, attemptId, readString(item, nameOf(attemptId))) ?? [],
    );
  const adjustments = named(item, 'x#').map((attemptId): Adjustment => {
    const note = readString(item, adjustmentName(attemptId));
    return { attemptId, note: note === WRITTEN.S ? null : note };
  });
  const name = readString(item, 'sk');
  const allotments = named(item, 'a#').map((of): Lent => {
    const [day = '', shard = ''] = of.split('#');
    const allotment = unpackAllotment(readString(item, `a#${of}`));
    return { day: `${name}-${day}`, shard: Number(shard), allotment };
  });
  return {
    name,
    month: item['month'] === undefined ? ZERO : pico(readBigInt(item, 'month')),
    days: new Map(named(item, 'd#').map((day) => [day, pico(readBigInt(item, dayName(day)))])),
    open: reservations('r#', reservationName),
    adjustments,
    marks: new Set(named(item, 'm#')),
    closedThrough: optional(item, CLOSED, readString),
    tombstones: reservations('z#', tombstoneName),
    fence: fenceIn(item),
    counter: openIn(item),
    count: countOpen(item),
    allotments,
  };
};

/** What a settlement has changed, as it is now. */
export const countedIn = (item: Item, at: number): Counted => ({
  day: pico(readBigInt(item, dayName(dayOf(at)))),
  month: pico(readBigInt(item, 'month')),
  open: readNumber(item, OPEN),
  noted: readNumber(item, NOTED),
});

/** What a refused update found, which has no keys where there was no item. */
export const foundMonth = (key: Key, found: Item): AccountMonth => monthFrom({ ...found, ...keyOf(key) });
