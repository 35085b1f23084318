import { plus, minus, ZERO, type PicoUsd } from '../kernel/money.ts';
import { dayOf, monthOf, type Account } from './account.ts';
import { packReservation, type Reservation } from './reservation.ts';
import type { AccountMonth, Adjustment, BudgetStore } from './store.ts';

interface Month {
  month: PicoUsd;
  days: Map<string, PicoUsd>;
  open: Map<string, Reservation>;
  adjustments: Map<string, Adjustment>;
  marks: Set<string>;
}

/** For tests, and for an environment without a table. */
export const createMemoryBudgetStore = (): BudgetStore => {
  const items = new Map<string, Month>();
  const monthIn = (pk: string, name: string): Month => {
    const key = `${pk}/${name}`;
    const found = items.get(key) ?? {
      month: ZERO,
      days: new Map<string, PicoUsd>(),
      open: new Map<string, Reservation>(),
      adjustments: new Map<string, Adjustment>(),
      marks: new Set<string>(),
    };
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
  });
  const holds = ({ open }: Month, asked: Reservation): boolean => {
    const held = open.get(asked.attemptId);
    return held !== undefined && packReservation(held) === packReservation(asked);
  };
  const fits = (counter: PicoUsd, amount: PicoUsd, limit: PicoUsd | null) =>
    limit === null || (amount <= limit && counter <= minus(limit, amount));
  return {
    async reserve({ pk, limits }: Account, reservation) {
      const { at, amount, attemptId } = reservation;
      const month = monthIn(pk, monthOf(at));
      if (holds(month, reservation)) return { reserved: true };
      const day = month.days.get(dayOf(at)) ?? ZERO;
      if (month.open.has(attemptId) || !fits(day, amount, limits.day) || !fits(month.month, amount, limits.month))
        return { reserved: false, balance: view(monthOf(at), month) };
      month.open.set(attemptId, reservation);
      add(month, at, amount);
      return { reserved: true };
    },
    async settle({ pk }, reservation, actual) {
      const { at, amount, attemptId } = reservation;
      const month = monthIn(pk, monthOf(at));
      if (!holds(month, reservation)) return;
      month.open.delete(attemptId);
      add(month, at, minus(actual, amount));
    },
    async adjust({ pk }, at, by, adjustment) {
      const month = monthIn(pk, monthOf(at));
      if (month.adjustments.has(adjustment.attemptId)) return;
      month.adjustments.set(adjustment.attemptId, adjustment);
      add(month, at, by);
    },
    async adjusted({ pk }, name, { attemptId, note }) {
      const { adjustments } = monthIn(pk, name);
      if (adjustments.get(attemptId)?.note === note) adjustments.set(attemptId, { attemptId, note: null });
    },
    async mark({ pk }, name, mark) {
      const { marks } = monthIn(pk, name);
      if (marks.has(mark)) return false;
      marks.add(mark);
      return true;
    },
    async months({ pk }, from, to) {
      const prefix = `${pk}/`;
      return [...items]
        .filter(([key]) => key.startsWith(prefix) && key.slice(prefix.length) >= from && key.slice(prefix.length) <= to)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, month]) => view(key.slice(prefix.length), month));
    },
  };
};
