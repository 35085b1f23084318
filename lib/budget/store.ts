import type { Patience } from '../dynamodb/with-store-retries.ts';
import type { PicoUsd } from '../kernel/money.ts';
import type { Account } from './account.ts';
import type { Balance } from './balance.ts';
import type { Reservation } from './reservation.ts';
import type { Allotment, Move } from './shards/allotment.ts';

/**
 * Reservations that an account may have open at once. More make each of its writes so dear that settling them falls
 * behind; the arithmetic and the simulation are in docs/adr/0023.
 */
export const MAX_OPEN = 200;

/**
 * Marks of unheld calls and of adjustments beside which no call goes out unheld. Those of calls stay until nothing of the
 * call can arrive any more, those of adjustments until the end of the month, and each makes every write dearer (200 by a third
 * of what as many reservations do); without a bound an item that is throttled for hours grows to the size that DynamoDB
 * refuses, and with it every call.
 */
export const MOST_MARKS = 200;

/** A difference that replaced an estimate, kept in the item until its record is written. */
export interface Adjustment {
  readonly attemptId: string;
  /** What the applier needs to write the record; opaque here. `null`: written. */
  readonly note: string | null;
}

/** What a refusal has found. */
export type Found = Balance & Pick<AccountMonth, 'adjustments' | 'allotments' | 'fence' | 'tombstones'>;

export type Reserved = {
  /** An earlier send of it may still arrive: after it was settled, or although this one is refused. */
  readonly repeated: boolean;
} & (
  | { readonly reserved: true }
  | {
      readonly reserved: false;
      readonly balance: Found;
      /** So many are open that the account takes no more, whatever fits. */
      readonly crowded: boolean;
    }
);

/** An account's month with what reconciling looks at besides. */
export interface AccountMonth extends Balance {
  /** As `2026-11`. */
  readonly name: string;
  readonly adjustments: readonly Adjustment[];
  /** Marks that were set: thresholds that were told. */
  readonly marks: ReadonlySet<string>;
  /** The last day that was closed, as `2026-11-19`; `null`: none was. */
  readonly closedThrough: string | null;
  /** Reservations that ended while a request to hold them could still arrive. */
  readonly tombstones: readonly Reservation[];
  /** Nothing that was begun at this instant (epoch milliseconds) or before is held any more; 0: no such instant. */
  readonly fence: number;
  /** Open reservations by the item's own counter; `null`: it has none. */
  readonly counter: number | null;
  /** Open reservations that stand there, those that only another version can read included. */
  readonly count: number;
  /** Of an account: what it has lent to its shards. Of a shard: what it was lent. */
  readonly allotments: readonly Lent[];
}

/** What is known in one place of what was lent to one shard on one day, as `2026-11-20`. */
export interface Lent {
  readonly day: string;
  readonly shard: number;
  readonly allotment: Allotment;
}

/** What an attempt did cost for which nothing was held. */
export interface UnheldCost {
  readonly attemptId: string;
  /** Epoch milliseconds; says to which day and month it belongs. */
  readonly at: number;
  readonly cost: PicoUsd;
}

/** What a reservation came to. */
export interface Settlement {
  readonly reservation: Reservation;
  readonly actual: PicoUsd;
}

/** What the day and the month of a reservation came to by its settlement. */
export interface Counted {
  /** What was spent, and what others have reserved. */
  readonly day: PicoUsd;
  readonly month: PicoUsd;
  /** Reservations that are still open: without any, the counters are what was spent. */
  readonly open: number;
  /** What was noted of the account; 0: nothing. */
  readonly noted: number;
}

/**
 * What the database does atomically for budgets. Each method rejects with `store-unavailable` only, and then may or may not have
 * happened; each may be repeated without harm.
 */
export interface BudgetStore {
  /**
   * Holds the amount back if day and month stay within the account's limits and fewer than `MAX_OPEN` are open. Asked again
   * for the same reservation: the same answer. Sent once, because who is refused costs as much as who is not; again only
   * where its connection broke. One that has a tombstone is refused.
   */
  reserve(account: Account, reservation: Reservation): Promise<Reserved>;
  /**
   * Puts `actual` in the reservation's place, once, whoever asks and how often. A fenced one leaves a tombstone, also where
   * nothing was held: then it never will be. Resolves to what the counters are now; `null` where they are not known: it was
   * settled before, or is fenced. Default patience: 20 s.
   */
  settle(
    account: Pick<Account, 'pk'>,
    reservation: Reservation,
    actual: PicoUsd,
    patience?: Patience,
  ): Promise<Counted | null>;
  /**
   * Notes a number with the account's month, in the place of the one that was found; nothing where another was quicker.
   * `null`: in the place of any.
   */
  note(account: Pick<Account, 'pk'>, month: string, noted: number, was: number | null): Promise<void>;
  /**
   * Settles several, many of a month in one write; those that are settled already stay so. Resolves to those that are done,
   * and rejects where none could be. After fenced ones nothing that was begun as early is held any more. Default
   * patience: three attempts for each write.
   */
  settleAll(
    account: Pick<Account, 'pk'>,
    settlements: readonly Settlement[],
    patience?: Patience,
  ): Promise<readonly Settlement[]>;
  /** Removes tombstones whose requests can't arrive any more. */
  sweep(account: Pick<Account, 'pk'>, month: string, attemptIds: readonly string[]): Promise<void>;
  /**
   * Adds what an attempt did cost for which nothing is held, once for an attempt. `true`: it is done, and was sent a single
   * time (sends that were throttled aside), so that no copy of it can arrive any more.
   */
  add(account: Pick<Account, 'pk'>, spent: UnheldCost, patience?: Patience): Promise<boolean>;
  /** Removes the marks of attempts that nobody adds again. */
  forget(account: Pick<Account, 'pk'>, month: string, attemptIds: readonly string[]): Promise<void>;
  /**
   * Notes a move of money between a tenant's account and a shard in one of the two, once, and the shard's terms with it.
   * `false`: it did not stand there as it was found, or the counters would come to more than they may.
   */
  move(account: Pick<Account, 'pk' | 'terms'>, move: Move): Promise<boolean>;
  /** Adds `by` to the day and month of `at`, once for an attempt. */
  adjust(account: Pick<Account, 'pk'>, at: number, by: PicoUsd, adjustment: Adjustment): Promise<void>;
  /** The adjustment's record is written. */
  adjusted(account: Pick<Account, 'pk'>, month: string, adjustment: Adjustment): Promise<void>;
  /** Sets a mark in the place of others (default: of none); `true` for the one caller who did. */
  mark(account: Pick<Account, 'pk'>, month: string, mark: string, replaces?: readonly string[]): Promise<boolean>;
  /** Closes the days up to and including `day`, and removes these marks of theirs; `false` where others were there first. */
  close(account: Pick<Account, 'pk'>, month: AccountMonth, day: string, marks: readonly string[]): Promise<boolean>;
  /** Corrects the counter of open reservations to what was found, unless it has changed since. */
  recount(account: Pick<Account, 'pk'>, month: AccountMonth): Promise<void>;
  /** One month (as `2026-11`), read strongly; `null`: it has seen nothing. */
  month(account: Pick<Account, 'pk'>, name: string): Promise<AccountMonth | null>;
  /** The months from `from` to `to` (as `2026-11`, both included) that have seen anything, read strongly. */
  months(account: Pick<Account, 'pk'>, from: string, to: string): Promise<AccountMonth[]>;
}
