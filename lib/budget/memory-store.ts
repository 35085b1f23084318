import { minus, type PicoUsd, plus, ZERO } from '../kernel/money.ts';
import { type Account, dayOf, monthOf } from './account.ts';
import { MOST_TOMBSTONES } from './fence.ts';
import { packReservation, type Reservation } from './reservation.ts';
import { NOTHING, packAllotment } from './shards/allotment.ts';
import { type AccountMonth, type Adjustment, type BudgetStore, type Lent, MAX_OPEN } from './store.ts';

interface Month {
  month: PicoUsd;
  days: Map<string, PicoUsd>;
  open: Map<string, Reservation>;
  tombstones: Map<string, Reservation>;
  fence: number;
  adjustments: Map<string, Adjustment>;
  marks: Set<string>;
  closedThrough: string | null;
  noted: number;
  allotments: Map<string, Lent>;
  /** By day. */
  terms: Map<string, string>;
}

const emptyMonth = (): Month => ({
  month: ZERO,
  days: new Map(),
  open: new Map(),
  tombstones: new Map(),
  fence: 0,
  adjustments: new Map(),
  marks: new Set(),
  closedThrough: null,
  noted: 0,
  allotments: new Map(),
  terms: new Map(),
});

/** What only its owner knows of a reservation does not stand in an item. */
const stored = ({ fenced: _, ...held }: Reservation): Reservation => held;

/** For tests, and for an environment without a table. */
export const createMemoryBudgetStore = ({ maxOpen = MAX_OPEN }: { readonly maxOpen?: number } = {}): BudgetStore => {
  const items = new Map<string, Month>();
  const monthIn = (pk: string, name: string): Month => {
    const key = `${pk}/${name}`;
    const found = items.get(key) ?? emptyMonth();
    items.set(key, found);
    return found;
  };
  const add = (month: Month, at: number, by: PicoUsd) => {
    month.month = plus(month.month, by);
    month.days.set(dayOf(at), plus(month.days.get(dayOf(at)) ?? ZERO, by));
  };
  const view = (name: string, month: Month): AccountMonth => ({
    name,
    month: month.month,
    days: new Map(month.days),
    open: [...month.open.values()],
    adjustments: [...month.adjustments.values()],
    marks: new Set(month.marks),
    closedThrough: month.closedThrough,
    tombstones: [...month.tombstones.values()],
    fence: month.fence,
    counter: month.open.size,
    count: month.open.size,
    allotments: [...month.allotments.values()],
  });
  const holds = ({ open }: Month, asked: Reservation): boolean => {
    const held = open.get(asked.attemptId);
    return held !== undefined && packReservation(held) === packReservation(asked);
  };
  const fits = (counter: PicoUsd, amount: PicoUsd, limit: PicoUsd | null) =>
    limit === null || (amount <= limit && counter <= minus(limit, amount));
  const settle: BudgetStore['settle'] = async ({ pk }, reservation, actual) => {
    const { at, amount, attemptId, fenced } = reservation;
    const month = monthIn(pk, monthOf(at));
    const held = holds(month, reservation);
    const isMore = !held && !month.tombstones.has(attemptId) && month.tombstones.size >= MOST_TOMBSTONES;
    if (fenced && (held || !month.open.has(attemptId)))
      if (isMore) month.fence = Math.max(month.fence, at);
      else month.tombstones.set(attemptId, stored(reservation));
    if (!held) return null;
    month.open.delete(attemptId);
    add(month, at, minus(actual, amount));
    if (fenced) return null;
    return { day: month.days.get(dayOf(at)) ?? ZERO, month: month.month, open: month.open.size, noted: month.noted };
  };
  return {
    settle,
    async reserve({ pk, limits, terms }: Account, reservation) {
      const { at, amount, attemptId } = reservation;
      const month = monthIn(pk, monthOf(at));
      if (holds(month, reservation)) return { reserved: true, repeated: false };
      const day = month.days.get(dayOf(at)) ?? ZERO;
      const crowded = month.open.size >= maxOpen;
      const taken = month.open.has(attemptId) || month.tombstones.has(attemptId) || at <= month.fence;
      const fitting =
        terms === undefined
          ? fits(day, amount, limits.day) && fits(month.month, amount, limits.month)
          : amount === ZERO || (month.terms.get(dayOf(at)) === terms && day + amount <= ZERO);
      if (crowded || taken || !fitting)
        return { reserved: false, repeated: false, balance: view(monthOf(at), month), crowded };
      month.open.set(attemptId, stored(reservation));
      add(month, at, amount);
      return { reserved: true, repeated: false };
    },
    async settleAll(account, settlements) {
      for (const { reservation, actual } of settlements) {
        const month = monthIn(account.pk, monthOf(reservation.at));
        if (!holds(month, reservation)) continue;
        await settle(account, { ...reservation, fenced: false }, actual);
        if (reservation.fenced) month.fence = Math.max(month.fence, reservation.at);
      }
      return settlements;
    },
    async sweep({ pk }, name, attemptIds) {
      const { tombstones } = monthIn(pk, name);
      for (const attemptId of attemptIds) tombstones.delete(attemptId);
    },
    async move({ pk, terms }, { day, shard, was, is, by, within }) {
      const month = monthIn(pk, day.slice(0, '2026-11'.length));
      const name = `${day}#${shard}`;
      const stood = month.allotments.get(name)?.allotment ?? NOTHING;
      if (packAllotment(stood) === packAllotment(is)) return true;
      const isWithin = (counter: PicoUsd, limit: PicoUsd | null) => limit === null || counter + by <= limit;
      const fitting = isWithin(month.days.get(day) ?? ZERO, within.day) && isWithin(month.month, within.month);
      if (packAllotment(stood) !== packAllotment(was) || !fitting) return false;
      month.allotments.set(name, { day, shard, allotment: is });
      if (terms !== undefined) month.terms.set(day, terms);
      month.month = plus(month.month, by);
      month.days.set(day, plus(month.days.get(day) ?? ZERO, by));
      return true;
    },
    async adjust({ pk }, at, by, adjustment) {
      const month = monthIn(pk, monthOf(at));
      if (month.adjustments.has(adjustment.attemptId)) return;
      month.adjustments.set(adjustment.attemptId, adjustment);
      add(month, at, by);
    },
    async add({ pk }, { attemptId, at, cost }) {
      const month = monthIn(pk, monthOf(at));
      if (month.adjustments.has(attemptId)) return false;
      month.adjustments.set(attemptId, { attemptId, note: null });
      add(month, at, cost);
      return true;
    },
    async forget({ pk }, name, attemptIds) {
      const { adjustments } = monthIn(pk, name);
      for (const attemptId of attemptIds) adjustments.delete(attemptId);
    },
    async adjusted({ pk }, name, { attemptId, note }) {
      const { adjustments } = monthIn(pk, name);
      if (adjustments.get(attemptId)?.note === note) adjustments.set(attemptId, { attemptId, note: null });
    },
    async mark({ pk }, name, mark, replaces = []) {
      const { marks } = monthIn(pk, name);
      if (marks.has(mark)) return false;
      for (const replaced of replaces) marks.delete(replaced);
      marks.add(mark);
      return true;
    },
    async close({ pk }, { name, closedThrough }, day, marks) {
      const month = monthIn(pk, name);
      if (month.closedThrough !== closedThrough) return false;
      month.closedThrough = day;
      for (const mark of marks) month.marks.delete(mark);
      return true;
    },
    async note({ pk }, name, noted, was) {
      const month = monthIn(pk, name);
      if (was === null || month.noted === was) month.noted = noted;
    },
    // Its counter is its number of reservations.
    recount: async () => {},
    month: async ({ pk }, name) => (items.has(`${pk}/${name}`) ? view(name, monthIn(pk, name)) : null),
    async months({ pk }, from, to) {
      const prefix = `${pk}/`;
      return [...items]
        .filter(([key]) => key.startsWith(prefix) && key.slice(prefix.length) >= from && key.slice(prefix.length) <= to)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, month]) => view(key.slice(prefix.length), month));
    },
  };
};
