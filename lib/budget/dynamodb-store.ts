import { n, s, type Item } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { minus } from '../kernel/money.ts';
import { dayOf, type Limits } from './account.ts';
import { adjustmentName, dayName, foundMonth, itemKey, markName, monthFrom, reservationName, WRITTEN } from './item.ts';
import { packReservation, type Reservation } from './reservation.ts';
import type { AccountMonth, BudgetStore } from './store.ts';

/** The highest that each counter may be for the reservation still to fit. */
const ceilings = ({ day, month }: Limits, { amount, at }: Reservation): Record<string, bigint> => ({
  ...(day === null ? {} : { [dayName(dayOf(at))]: minus(day, amount) }),
  ...(month === null ? {} : { month: minus(month, amount) }),
});

const exceeds = ({ day, month }: Limits, { amount }: Reservation): boolean =>
  (day !== null && amount > day) || (month !== null && amount > month);

/**
 * Budgets in the ledger table, one item an account and UTC month. A reservation is an attribute of its own in the very item
 * that has the counters, so that one update holds it back and one other puts the cost in its place: each happens once,
 * whoever repeats it, and there is no state in between.
 */
export const createDynamoDbBudgetStore = (table: Pick<Table, 'get' | 'query' | 'update'>): BudgetStore => ({
  async reserve(account, reservation) {
    const key = itemKey(account, reservation.at);
    const name = reservationName(reservation.attemptId);
    const text = s(packReservation(reservation));
    const found = (item: Item) =>
      item[name]?.S === text.S
        ? ({ reserved: true } as const)
        : ({ reserved: false, balance: foundMonth(key, item) } as const);
    // A counter that is not there yet fulfils any condition, so what is above the limit by itself is never asked for.
    if (exceeds(account.limits, reservation)) return found((await table.get(key)) ?? {});
    const { amount, at } = reservation;
    const updated = await table.update(
      key,
      { set: { [name]: text }, add: { [dayName(dayOf(at))]: amount, month: amount } },
      { lacks: [name], atMost: ceilings(account.limits, reservation) },
    );
    return updated.applied ? { reserved: true } : found(updated.found);
  },

  async settle(account, reservation, actual) {
    const name = reservationName(reservation.attemptId);
    const by = minus(actual, reservation.amount);
    // Refused means that it was settled before: by this call with a lost answer, or by someone else with the same amount.
    await table.update(
      itemKey(account, reservation.at),
      { remove: [name], add: { [dayName(dayOf(reservation.at))]: by, month: by } },
      { equal: { [name]: s(packReservation(reservation)) } },
    );
  },

  async adjust(account, at, by, { attemptId, note }) {
    const name = adjustmentName(attemptId);
    await table.update(
      itemKey(account, at),
      { set: { [name]: note === null ? WRITTEN : s(note) }, add: { [dayName(dayOf(at))]: by, month: by } },
      { lacks: [name] },
    );
  },

  async adjusted({ pk }, month, { attemptId, note }) {
    if (note === null) return;
    const name = adjustmentName(attemptId);
    await table.update({ pk, sk: month }, { set: { [name]: WRITTEN } }, { equal: { [name]: s(note) } });
  },

  async mark({ pk }, month, mark) {
    const name = markName(mark);
    return (await table.update({ pk, sk: month }, { set: { [name]: n(1) } }, { lacks: [name] })).applied;
  },

  async months({ pk }, from, to) {
    const months: AccountMonth[] = [];
    for await (const item of table.query(pk, { from, to })) months.push(monthFrom(item));
    return months;
  },
});
