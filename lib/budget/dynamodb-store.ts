import { type Item, n, s } from '../dynamodb/attributes.ts';
import type { Assumption } from '../dynamodb/condition.ts';
import { isBroken, mayBeDone } from '../dynamodb/failure.ts';
import type { Table } from '../dynamodb/table.ts';
import { createGroupCommit } from '../group-commit/group-commit.ts';
import type { Clock } from '../kernel/clock.ts';
import { type PicoUsd, ZERO } from '../kernel/money.ts';
import { type Account, dayOf } from './account.ts';
import { settleFenced } from './fence.ts';
import {
  adjustmentName,
  CLOSED,
  countedIn,
  dayName,
  FENCE,
  foundMonth,
  itemKey,
  markName,
  monthFrom,
  NOTED,
  OPEN,
  openIn,
  reservationName,
  termsName,
  tombstoneName,
  WRITTEN,
} from './item.ts';
import { removeAll } from './remove-all.ts';
import { packReservation, type Reservation } from './reservation.ts';
import { settleMany, settling } from './settle-item.ts';
import { ceilings, moveMoney } from './shards/move-money.ts';
import { type AccountMonth, type BudgetStore, MAX_OPEN } from './store.ts';

/** How long a settle is tried again where its caller says nothing: it frees, so it is worth more than a reservation. */
export const SETTLE_PATIENCE_MS = 20_000;

/** What a shard needs to have been lent, on the terms of whoever asks; for what costs nothing, nothing. */
const lentOn = ({ terms }: Account, day: string, amount: PicoUsd): Pick<Assumption, 'equal' | 'has'> =>
  terms === undefined || amount === ZERO ? {} : { equal: { [termsName(day)]: s(terms) }, has: [dayName(day)] };

/** A shard has no limit of its own, but what it was lent. */
const exceeds = ({ limits: { day, month }, terms }: Account, { amount }: Reservation): boolean =>
  terms === undefined && ((day !== null && amount > day) || (month !== null && amount > month));

export interface DynamoDbBudgetStoreOptions {
  readonly maxOpen?: number;
  /** Reservations and settlements that one update takes, for tests. */
  readonly most?: number;
  /** See `GroupCommitOptions`. */
  readonly clock?: Pick<Clock, 'after'>;
}

/**
 * Budgets in the ledger table, one item an account and UTC month. A reservation is an attribute of its own in the very item
 * that has the counters, so that one update holds it back and one other puts the cost in its place: each happens once,
 * whoever repeats it, and there is no state in between. Those of one account that come while another is under way go out
 * as one update.
 */
export const createDynamoDbBudgetStore = (
  table: Pick<Table, 'get' | 'query' | 'repeatedly' | 'update'>,
  { maxOpen = MAX_OPEN, most, clock }: DynamoDbBudgetStoreOptions = {},
): BudgetStore => {
  const groups = createGroupCommit(table, { most, clock });
  return {
    async reserve(account, reservation) {
      const key = itemKey(account, reservation.at);
      const name = reservationName(reservation.attemptId);
      const text = s(packReservation(reservation));
      const found = (item: Item, repeated = false) => {
        if (item[name]?.S === text.S) return { reserved: true, repeated } as const;
        const crowded = (openIn(item) ?? 0) >= maxOpen;
        return { reserved: false, repeated, balance: foundMonth(key, item), crowded } as const;
      };
      // A counter that is not there yet fulfils any condition, so what is above the limit by itself is never asked for.
      if (exceeds(account, reservation)) return found((await table.get(key)) ?? {});
      const { amount, at } = reservation;
      const send = async (repeated: boolean) => {
        const updated = await groups.update(
          key,
          { set: { [name]: text }, add: { [dayName(dayOf(at))]: amount, month: amount, [OPEN]: 1 } },
          {
            ...lentOn(account, dayOf(at), amount),
            lacks: [name, tombstoneName(reservation.attemptId)],
            atMost: {
              ...ceilings(account.limits, amount, dayOf(at)),
              [OPEN]: BigInt(maxOpen - 1),
              [FENCE]: BigInt(at - 1),
            },
          },
          { once: true },
        );
        return updated.applied ? ({ reserved: true, repeated } as const) : found(updated.found, repeated);
      };
      try {
        return await send(false);
      } catch (error) {
        // What was kept open over a pause breaks under the next request. Nothing else is sent again.
        if (!isBroken(error)) throw error;
        return await send(true).catch((again: unknown) => {
          // Whatever became of the second, the first may still be done.
          throw mayBeDone(again) ? again : error;
        });
      }
    },

    async settle(account, reservation, actual, patience = SETTLE_PATIENCE_MS) {
      if (reservation.fenced) {
        await settleFenced(table, account, { reservation, actual }, patience);
        return null;
      }
      const { at } = reservation;
      const { equal, add, ...change } = settling([{ reservation, actual }], false);
      const counting = { ...change, add: { ...add, [NOTED]: 0 } };
      // Refused means that it was settled before: by this call with a lost answer, or by someone else with the same amount.
      const updated = await groups.update(itemKey(account, at), counting, { equal }, { patience, frees: true });
      return updated.applied ? countedIn(updated.item, at) : null;
    },

    async note({ pk }, month, noted, was) {
      const equal = was === null ? { sk: s(month) } : { [NOTED]: n(was) };
      await table.update({ pk, sk: month }, { set: { [NOTED]: n(noted) } }, { equal });
    },

    settleAll: (account, settlements, patience) => settleMany(table, account, settlements, patience),

    sweep: (account, month, attemptIds) => removeAll(table, account, month, attemptIds.map(tombstoneName)),

    async add(account, { attemptId, at, cost }, patience = SETTLE_PATIENCE_MS) {
      const change = {
        set: { [adjustmentName(attemptId)]: WRITTEN },
        add: { [dayName(dayOf(at))]: cost, month: cost },
      };
      const assumed = { lacks: [adjustmentName(attemptId)] };
      const key = itemKey(account, at);
      try {
        return (await table.update(key, change, assumed, { untilSent: true, patience })).applied;
      } catch (error) {
        if (!mayBeDone(error)) throw error;
        await table.update(key, change, assumed, { patience });
        return false;
      }
    },

    forget: (account, month, attemptIds) => removeAll(table, account, month, attemptIds.map(adjustmentName)),

    move: (account, move) => moveMoney(table, account, move),

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

    async mark({ pk }, month, mark, replaces = []) {
      const name = markName(mark);
      const change = { set: { [name]: n(1) }, remove: replaces.map(markName) };
      return (await table.update({ pk, sk: month }, change, { lacks: [name] })).applied;
    },

    async close({ pk }, { name, closedThrough }, day, marks) {
      const assumed = closedThrough === null ? { lacks: [CLOSED] } : { equal: { [CLOSED]: s(closedThrough) } };
      const change = { set: { [CLOSED]: s(day) }, remove: marks.map(markName) };
      return (await table.update({ pk, sk: name }, change, assumed)).applied;
    },

    async recount({ pk }, { name, counter, count }) {
      // Every reservation and every settle changes the counter, so what was counted still stands where it is the same.
      const assumed = counter === null ? { lacks: [OPEN] } : { equal: { [OPEN]: n(counter) } };
      await table.update({ pk, sk: name }, { set: { [OPEN]: n(count) } }, assumed);
    },

    async month({ pk }, name) {
      const item = await table.get({ pk, sk: name });
      return item === null ? null : monthFrom(item);
    },

    async months({ pk }, from, to) {
      const months: AccountMonth[] = [];
      for await (const item of table.query(pk, { from, to })) months.push(monthFrom(item));
      return months;
    },
  };
};
