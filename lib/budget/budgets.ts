import { AppError } from '../kernel/errors.ts';
import { ZERO, type PicoUsd } from '../kernel/money.ts';
import { safe } from '../kernel/redacted.ts';
import { alsoHolding, monthOf, tenantAccount, type Account } from './account.ts';
import { refusalOf, type Refusal } from './balance.ts';
import type { Reservation } from './reservation.ts';
import type { Adjustment, BudgetStore } from './store.ts';

/** What one attempt asks for, of whom. */
export interface Ask {
  readonly reservation: Omit<Reservation, 'alsoHeldBy'>;
  readonly tenant: Account;
  /** Those of the key and the end user, where they have limits. */
  readonly others: readonly Account[];
}

export type Answer =
  { readonly held: true; readonly reservation: Reservation } | { readonly held: false; readonly refusal: Refusal };

/**
 * The accounts of a call as one. The tenant's is written first and settled last: as long as anyone holds a reservation,
 * the tenant's item says so and says who else does, so whoever looks at the tenant's items finds all that was left open.
 */
export interface Budgets {
  /** Holds the amount back in every account, or in none. Rejects with `store-unavailable`, having given back what it could. */
  reserve(ask: Ask): Promise<Answer>;
  /** Puts what it did cost in its place everywhere, once. Rejects with `store-unavailable`; then it is to be settled again. */
  settle(reservation: Reservation, actual: PicoUsd): Promise<void>;
  /** Corrects what was settled before, once, everywhere, the tenant's first. */
  adjust(reservation: Reservation, by: PicoUsd, adjustment: Adjustment): Promise<void>;
  /** The adjustment's record is written: nothing is left to be done for it. */
  adjusted(reservation: Pick<Reservation, 'tenantId' | 'at'>, adjustment: Adjustment): Promise<void>;
}

const held = (reservation: Reservation): Answer => ({ held: true, reservation });

/** An id that another amount is held under: not even that can be settled. */
const confused = () => new AppError('store-unavailable', safe`The budget is being settled.`, { retryAfterMs: 1_000 });

export const createBudgets = (store: BudgetStore): Budgets => {
  const settle = async (reservation: Reservation, actual: PicoUsd): Promise<void> => {
    await Promise.all(alsoHolding(reservation).map((account) => store.settle(account, reservation, actual)));
    await store.settle(tenantAccount(reservation.tenantId), reservation, actual);
  };
  return {
    settle,

    async reserve({ reservation: asked, tenant, others }) {
      const alsoHeldBy = others.flatMap(({ scope }) => (scope === 'tenant' ? [] : [scope]));
      const reservation: Reservation = { ...asked, alsoHeldBy };
      const ask = async (account: Account): Promise<Refusal | null> => {
        const answer = await store.reserve(account, reservation);
        if (answer.reserved) return null;
        const refusal = refusalOf(answer.balance, asked.at, account);
        if (refusal === null) throw confused();
        return refusal;
      };
      try {
        const first = await ask(tenant);
        if (first !== null) return { held: false, refusal: first };
        const asking = await Promise.allSettled(others.map(ask));
        const failed = asking.find((answer) => answer.status === 'rejected');
        if (failed) throw failed.reason;
        const refusals = asking.flatMap((answer) =>
          answer.status === 'fulfilled' && answer.value ? [answer.value] : [],
        );
        const [tightest] = refusals.toSorted((a, b) => (a.remaining < b.remaining ? -1 : 1));
        if (tightest === undefined) return held(reservation);
        await settle(reservation, ZERO);
        return { held: false, refusal: tightest };
      } catch (error) {
        // It may be held without our knowing. Nothing was sent, so nothing may be booked for it.
        await settle(reservation, ZERO).catch(() => undefined);
        throw error;
      }
    },

    adjusted: ({ tenantId, at }, adjustment) => store.adjusted(tenantAccount(tenantId), monthOf(at), adjustment),

    async adjust(reservation, by, adjustment) {
      const { at, tenantId } = reservation;
      await store.adjust(tenantAccount(tenantId), at, by, adjustment);
      await Promise.all(
        alsoHolding(reservation).map((account) => store.adjust(account, at, by, { ...adjustment, note: null })),
      );
    },
  };
};
