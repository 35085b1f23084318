import { mayBeDone } from '../dynamodb/failure.ts';
import type { Patience } from '../dynamodb/with-store-retries.ts';
import { AppError } from '../kernel/errors.ts';
import { type PicoUsd, ZERO } from '../kernel/money.ts';
import { safe } from '../kernel/redacted.ts';
import { type Account, monthOf, type Scope, tenantAccount, userHashOf } from './account.ts';
import { type Refusal, refusalOf } from './balance.ts';
import { alsoHolding, type Reservation } from './reservation.ts';
import { type Adjustment, type BudgetStore, MOST_MARKS, type Settlement } from './store.ts';

/** What is to be held back, with its end user as the caller named them. */
export type AskedReservation = Omit<Reservation, 'alsoHeldBy' | 'userHash' | 'unheld' | 'fenced' | 'packed'> & {
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

export type Answer =
  /** `unheld` in the reservation: no limit needs it, and so many are open that it is held by nobody. */
  | { readonly held: true; readonly reservation: Reservation }
  | { readonly held: false; readonly why: 'spent'; readonly refusal: Refusal }
  /** So many reservations of that account are open that it takes no more for the moment. */
  | { readonly held: false; readonly why: 'crowded'; readonly scope: Scope };

type No = Exclude<Answer, { held: true }>;

/**
 * The accounts of a call as one. The tenant's is written first and settled last: as long as anyone holds a reservation,
 * the tenant's item says so and says who else does, so whoever looks at the tenant's items finds all that was left open.
 */
export interface Budgets {
  /** Holds the amount back in every account, or in none. Rejects with `store-unavailable`, having given back what it could. */
  reserve(ask: Ask): Promise<Answer>;
  /**
   * Puts what it did cost in its place everywhere, once. Rejects with `store-unavailable`; then it is to be settled again.
   * Default patience: that of the store.
   */
  settle(reservation: Reservation, actual: PicoUsd, patience?: Patience): Promise<void>;
  /** Settles many of one tenant at a time, and resolves to those that were; the others are to be settled again. */
  settleAll(tenantId: string, settlements: readonly Settlement[]): Promise<readonly Settlement[]>;
  /** Takes away what keeps these from being held again: their requests can't arrive any more. */
  sweep(tenantId: string, month: string, tombstones: readonly Reservation[]): Promise<void>;
  /** Corrects what was settled before, once, everywhere, the tenant's first. */
  adjust(reservation: Reservation, by: PicoUsd, adjustment: Adjustment): Promise<void>;
  /** The adjustment's record is written: nothing is left to be done for it. */
  adjusted(reservation: Pick<Reservation, 'tenantId' | 'at'>, adjustment: Adjustment): Promise<void>;
}

/** An id that another amount is held under, or none ever again: not even that can be settled. */
const confused = () => new AppError('store-unavailable', safe`The budget is being settled.`, { retryAfterMs: 1_000 });

/** No patience: who asks waits. */
const ONCE = 0;

/** One that was never held and never will be, by all that is known. */
const isNothing = (error: unknown, tried: readonly unknown[]) => tried.length === 1 && !mayBeDone(error);

export const createBudgets = (store: BudgetStore): Budgets => {
  /** The tenant's last, as where something is held. */
  const settleUnheld: Budgets['settle'] = async (reservation, cost, patience) => {
    if (cost === ZERO) return;
    const accounts = [...alsoHolding(reservation), tenantAccount(reservation.tenantId)];
    const spent = { attemptId: reservation.attemptId, at: reservation.at, cost };
    let isOver = reservation.fenced !== true;
    for (const account of accounts) isOver = (await store.add(account, spent, patience)) && isOver;
    if (isOver) await Promise.allSettled(accounts.map((account) => store.forget(account, spent, patience)));
  };
  const settle: Budgets['settle'] = async (reservation, actual, patience) => {
    if (reservation.unheld) return settleUnheld(reservation, actual, patience);
    await Promise.all(alsoHolding(reservation).map((account) => store.settle(account, reservation, actual, patience)));
    await store.settle(tenantAccount(reservation.tenantId), reservation, actual, patience);
  };
  return {
    settle,

    async reserve({ reservation: { userId, ...asked }, tenant, others, giveBack }) {
      const alsoHeldBy = others.flatMap(({ scope }) => (scope === 'tenant' ? [] : [scope]));
      const userHash = userId === null ? null : userHashOf(userId);
      const reservation: Reservation = { ...asked, userHash, alsoHeldBy };
      const tried: Account[] = [];
      let fenced = false;
      let isFullOfMarks = false;
      const ask = async (account: Account): Promise<No | null> => {
        tried.push(account);
        try {
          const answer = await store.reserve(account, reservation);
          if (answer.reserved) {
            fenced ||= answer.repeated;
            return null;
          }
          const refusal = refusalOf(answer.balance, asked.at, account);
          if (refusal !== null && asked.amount > refusal.remainingLater) return { held: false, why: 'spent', refusal };
          if (answer.crowded) {
            isFullOfMarks ||= answer.balance.adjustments.length >= MOST_MARKS;
            return { held: false, why: 'crowded', scope: account.scope };
          }
          if (refusal === null || asked.amount <= refusal.remaining) throw confused();
          return { held: false, why: 'spent', refusal };
        } catch (error) {
          fenced ||= mayBeDone(error);
          throw error;
        }
      };
      const held = () => (fenced ? { ...reservation, fenced } : reservation);
      const isLimited = [tenant, ...others].some(({ limits: { day, month } }) => day !== null || month !== null);
      const refused = (no: No): Answer =>
        no.why === 'crowded' && !isLimited && !isFullOfMarks
          ? { held: true, reservation: { ...reservation, unheld: true } }
          : no;
      try {
        const first = await ask(tenant);
        if (first !== null) return refused(first);
        const asking = await Promise.allSettled(others.map(ask));
        const failed = asking.find((answer) => answer.status === 'rejected');
        if (failed) throw failed.reason;
        const no = tightest(asking.flatMap((answer) => (answer.status === 'fulfilled' && answer.value) || []));
        if (no === null) return { held: true, reservation: held() };
        await settle(held(), ZERO);
        return refused(no);
      } catch (error) {
        // It may be held without our knowing. Nothing was sent, so nothing may be booked for it.
        if (isNothing(error, tried)) throw error;
        if (giveBack) giveBack(held());
        else await settle(held(), ZERO, ONCE).catch(() => undefined);
        throw error;
      }
    },

    async settleAll(tenantId, all) {
      const failedAlone = new Set<Settlement>();
      for (const one of all.filter(({ reservation }) => reservation.unheld))
        await settle({ ...one.reservation, fenced: true }, one.actual).catch(() => failedAlone.add(one));
      const settlements = all.filter(({ reservation }) => !reservation.unheld);
      const byAccount = new Map<string, { account: Account; settlements: Settlement[] }>();
      for (const settlement of settlements)
        for (const account of alsoHolding(settlement.reservation)) {
          const some = byAccount.get(account.pk) ?? { account, settlements: [] };
          some.settlements.push(settlement);
          byAccount.set(account.pk, some);
        }
      const failed = new Set<Settlement>();
      for (const { account, settlements: some } of byAccount.values())
        await store.settleAll(account, some).catch(() => some.forEach((one) => failed.add(one)));
      const left = settlements.filter((settlement) => !failed.has(settlement));
      if (left.length > 0) await store.settleAll(tenantAccount(tenantId), left);
      const isSettled = new Set([...left, ...all.filter((one) => one.reservation.unheld && !failedAlone.has(one))]);
      return all.filter((one) => isSettled.has(one));
    },

    async sweep(tenantId, month, tombstones) {
      const idsOf = (some: readonly Reservation[]) => some.map(({ attemptId }) => attemptId);
      const holders = tombstones.flatMap((each) => alsoHolding(each).map(({ pk }) => ({ pk, each })));
      for (const [pk, some] of Map.groupBy(holders, ({ pk: of }) => of))
        await store.sweep({ pk }, month, idsOf(some.map(({ each }) => each)));
      await store.sweep(tenantAccount(tenantId), month, idsOf(tombstones));
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

/** Of several no's the one that lasts longest: money that is spent, then money that is reserved, then a crowd. */
const tightest = (all: readonly No[]): No | null =>
  all.reduce<No | null>((last, each) => {
    if (last === null || last.why === 'crowded') return each;
    return each.why === 'spent' && each.refusal.remaining < last.refusal.remaining ? each : last;
  }, null);
