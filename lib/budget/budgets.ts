import { mayBeDone } from '../dynamodb/failure.ts';
import type { Patience } from '../dynamodb/with-store-retries.ts';
import { lazy } from '../kernel/caching/lazy.ts';
import { type PicoUsd, ZERO } from '../kernel/money.ts';
import { type Account, monthOf, type Scope, userHashOf } from './account.ts';
import { type Answer, beingSettled, type No, tightest } from './answer.ts';
import { EMPTY, refusalOf } from './balance.ts';
import { alsoHolding, homeOf, inEachAccount, type Reservation } from './reservation.ts';
import { settleAllOf } from './settle-all.ts';
import {
  type Adjustment,
  type BudgetStore,
  type Counted,
  MOST_MARKS,
  type Reserved,
  type Settlement,
} from './store.ts';
import { createUnheld, type UnheldCalls } from './unheld.ts';

/** What is to be held back, with its end user as the caller named them. */
export type AskedReservation = Omit<
  Reservation,
  'alsoHeldBy' | 'userHash' | 'shard' | 'unheld' | 'fenced' | 'packed'
> & {
  readonly userId: string | null;
};

/** What one attempt asks for, of whom. */
export interface Ask {
  readonly reservation: AskedReservation;
  readonly tenant: Account;
  /** Those of the key and the end user, where they have limits. */
  readonly others: readonly Account[];
  /**
   * Is handed what may be held although the caller was told that it is not, to be settled at zero. Default: that is done
   * before the answer.
   */
  readonly giveBack?: (reservation: Reservation) => void;
}

/** An account besides the tenant's, and what it came to. */
export interface SettledAccount extends Pick<Account, 'pk'> {
  readonly scope: Scope;
  readonly counted: Counted;
}

/**
 * The accounts of a call as one. The tenant's is written first and settled last: as long as anyone holds a reservation,
 * the tenant's item says so and says who else does, so whoever looks at the tenant's items finds all that was left open.
 */
export interface Budgets {
  /** Holds the amount back in every account, or in none. Rejects with `store-unavailable`, having given back what it could. */
  reserve(ask: Ask): Promise<Answer>;
  /**
   * Puts what it did cost in its place everywhere, once. Rejects with `store-unavailable`; then it is to be settled again.
   * Resolves to what the accounts besides the tenant's came to, as far as that is known. Default patience: that of the store.
   */
  settle(reservation: Reservation, actual: PicoUsd, patience?: Patience): Promise<readonly SettledAccount[]>;
  /** Settles many of one tenant at a time, and resolves to those that were; the others are to be settled again. */
  settleAll(settlements: readonly Settlement[], patience?: Patience): Promise<readonly Settlement[]>;
  /** Takes away what keeps these from being held again: their requests can't arrive any more. */
  sweep(month: string, tombstones: readonly Reservation[]): Promise<void>;
  /** Takes away the marks of unheld calls that nobody adds again. */
  forget(month: string, unheld: readonly Reservation[]): Promise<void>;
  /** Corrects what was settled before, once, everywhere, the tenant's first. */
  adjust(reservation: Reservation, by: PicoUsd, adjustment: Adjustment): Promise<void>;
  /** The adjustment's record is written: nothing is left to be done for it. */
  adjusted(reservation: Pick<Reservation, 'tenantId' | 'at' | 'shard'>, adjustment: Adjustment): Promise<void>;
}

/** No patience: who asks waits. */
const ONCE = 0;

/** One that was never held and never will be, by all that is known. */
const isNothing = (error: unknown, tried: readonly unknown[]) => tried.length === 1 && !mayBeDone(error);

/** `calls`: where unheld calls are noted. `random`, from 0 to below 1, says which shard is asked; without it always the first. */
export const createBudgets = (store: BudgetStore, calls?: UnheldCalls, random: () => number = () => 0): Budgets => {
  // Few tenants have any, so the others do not load it.
  const shards = lazy(async () => (await import('./shards/shards.ts')).createShards(store));
  const unheld = createUnheld(store, calls);
  const settle: Budgets['settle'] = async (reservation, actual, patience) => {
    if (reservation.unheld) {
      await unheld.settle(reservation, actual, patience);
      return [];
    }
    const settled = await Promise.all(
      alsoHolding(reservation).map(async ({ scope, pk }) => {
        const counted = await store.settle({ pk }, reservation, actual, patience);
        return counted === null ? [] : [{ scope, pk, counted }];
      }),
    );
    await store.settle(homeOf(reservation), reservation, actual, patience);
    return settled.flat();
  };
  const reserve = async (account: Account, reservation: Reservation): Promise<Reserved> => {
    if (account.scope === 'tenant' && reservation.shard !== undefined)
      return (await shards()).reserve(account, reservation);
    const answer = await store.reserve(account, reservation);
    if (answer.reserved || answer.balance.allotments.length === 0) return answer;
    // Its shards may have what it lacks, from before they were given up; its counters contain that.
    if (answer.repeated) return { ...answer, balance: { ...answer.balance, ...EMPTY } };
    return (await shards()).reserve(account, reservation);
  };
  return {
    settle,

    async reserve({ reservation: { userId, ...asked }, tenant, others, giveBack }) {
      const alsoHeldBy = others.flatMap(({ scope }) => (scope === 'tenant' ? [] : [scope]));
      const userHash = userId === null ? null : userHashOf(userId);
      const shard = tenant.shards === undefined ? null : 1 + Math.floor(random() * tenant.shards);
      const reservation: Reservation = { ...asked, userHash, alsoHeldBy, ...(shard === null ? {} : { shard }) };
      const tried: Account[] = [];
      let fenced = false;
      let isFullOfMarks = false;
      const ask = async (account: Account): Promise<No | null> => {
        tried.push(account);
        try {
          const answer = await reserve(account, reservation);
          fenced ||= answer.repeated;
          if (answer.reserved) return null;
          const refusal = refusalOf(answer.balance, asked.at, account);
          if (refusal !== null && asked.amount > refusal.remainingLater) return { held: false, why: 'spent', refusal };
          if (answer.crowded) {
            isFullOfMarks ||= answer.balance.adjustments.length >= MOST_MARKS;
            return { held: false, why: 'crowded', scope: account.scope };
          }
          if (refusal !== null && asked.amount > refusal.remaining) return { held: false, why: 'spent', refusal };
          const { fence } = answer.balance;
          if (fence >= asked.at) return { held: false, why: 'fenced-off', through: fence };
          throw beingSettled();
        } catch (error) {
          fenced ||= mayBeDone(error);
          throw error;
        }
      };
      const held = () => (fenced ? { ...reservation, fenced } : reservation);
      const isLimited = [tenant, ...others].some(({ limits: { day, month } }) => day !== null || month !== null);
      // Nothing was sent, so nothing may be booked for it.
      const give = async (back: Reservation) =>
        giveBack ? giveBack(back) : void (await settle(back, ZERO, ONCE).catch(() => undefined));
      let no: No | null;
      try {
        no = await ask(tenant);
        if (no === null) {
          const asking = await Promise.allSettled(others.map(ask));
          const failed = asking.find((answer) => answer.status === 'rejected');
          if (failed) throw failed.reason;
          no = tightest(asking.flatMap((answer) => (answer.status === 'fulfilled' && answer.value) || []));
          if (no === null) return { held: true, reservation: held() };
          await settle(held(), ZERO);
        } else if (fenced) await settle(held(), ZERO, ONCE); // A copy of it may still arrive, and nobody would settle it.
      } catch (error) {
        // It may be held without our knowing.
        if (fenced || !isNothing(error, tried)) await give(held());
        throw error;
      }
      if (no.why !== 'crowded' || isLimited || isFullOfMarks) return { ...no, fenced };
      return { held: true, reservation: await unheld.begin(reservation, give) };
    },

    settleAll: (all, patience) => settleAllOf({ store, unheld }, all, patience),

    sweep: (month, tombstones) =>
      inEachAccount(tombstones, (account, attemptIds) => store.sweep(account, month, attemptIds)),

    forget: (month, some) => inEachAccount(some, (account, attemptIds) => store.forget(account, month, attemptIds)),

    adjusted: (reservation, adjustment) => store.adjusted(homeOf(reservation), monthOf(reservation.at), adjustment),

    async adjust(reservation, by, adjustment) {
      const { at } = reservation;
      await store.adjust(homeOf(reservation), at, by, adjustment);
      await Promise.all(
        alsoHolding(reservation).map((account) => store.adjust(account, at, by, { ...adjustment, note: null })),
      );
    },
  };
};
