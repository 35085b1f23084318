import { mayBeDone } from '../dynamodb/failure.ts';
import type { Patience } from '../dynamodb/with-store-retries.ts';
import { type PicoUsd, ZERO } from '../kernel/money.ts';
import { monthOf } from './account.ts';
import { alsoHolding, homeOf, type Reservation } from './reservation.ts';
import type { BudgetStore } from './store.ts';

/**
 * Where a call that nobody holds is noted while it is under way, so that it is booked although its process is killed: away
 * from the item that has too many open already. Every method rejects with `store-unavailable` only.
 */
export interface UnheldCalls {
  /** Before it is sent. Sent a single time, those that were throttled aside; after any other failure it may still arrive. */
  begin(reservation: Reservation): Promise<void>;
  /** It is on the books, and its marks go next. `false`: someone else is booking it too, and takes them away. */
  end(reservation: Reservation): Promise<boolean>;
  /** No mark of it is left. */
  remove(reservation: Reservation): Promise<void>;
  /** It was not sent, and its note may still arrive. */
  withdraw(reservation: Reservation, patience?: Patience): Promise<void>;
}

/** For tests, and for who settles only what others have begun. */
const NOWHERE: UnheldCalls = {
  begin: async () => {},
  end: async () => true,
  remove: async () => {},
  withdraw: async () => {},
};

/** Calls of which no account holds anything: what they did cost is added when it is known, under a mark. */
export interface Unheld {
  /** Lets one begin; `giveBack` is handed what may be noted although this rejects. */
  begin(reservation: Reservation, giveBack: (reservation: Reservation) => Promise<void>): Promise<Reservation>;
  /** Adds what it did cost, and leaves no trace of it where nothing of it can arrive any more. */
  settle(reservation: Reservation, cost: PicoUsd, patience?: Patience): Promise<void>;
  /** Adds what it did cost, and leaves the mark. `true`: no copy of that can arrive any more. */
  add(reservation: Reservation, cost: PicoUsd, patience?: Patience): Promise<boolean>;
}

/** All that an unheld call may have marked, the tenant's item last, as where something is held. */
const accountsOf = (reservation: Reservation) => [...alsoHolding(reservation), homeOf(reservation)];

export const createUnheld = (store: Pick<BudgetStore, 'add' | 'forget'>, calls: UnheldCalls = NOWHERE): Unheld => {
  const add = async (reservation: Reservation, cost: PicoUsd, patience?: Patience): Promise<boolean> => {
    const { attemptId, at } = reservation;
    let isOver = true;
    if (cost === ZERO) return isOver;
    for (const account of accountsOf(reservation))
      isOver = (await store.add(account, { attemptId, at, cost }, patience)) && isOver;
    return isOver;
  };
  return {
    add,

    async begin(asked, giveBack) {
      const reservation = { ...asked, unheld: true };
      try {
        await calls.begin(reservation);
        return reservation;
      } catch (error) {
        if (mayBeDone(error)) await giveBack({ ...reservation, fenced: true });
        throw error;
      }
    },

    async settle(reservation, cost, patience) {
      const { attemptId, at, fenced = false } = reservation;
      if (fenced && cost === ZERO) return calls.withdraw(reservation, patience);
      const isOver = (await add(reservation, cost, patience)) && !fenced;
      if (!isOver) return;
      try {
        // Whatever breaks off here, the note stays, and says what is to be taken away later.
        if (!(await calls.end(reservation))) return;
        const marked = cost === ZERO ? [] : accountsOf(reservation);
        await Promise.all(marked.map((account) => store.forget(account, monthOf(at), [attemptId])));
        await calls.remove(reservation);
      } catch (error) {
        // Of what was never sent nothing is on the books yet: whoever gave it back does so again.
        if (cost === ZERO) throw error;
      }
    },
  };
};
