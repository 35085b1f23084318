import type { PicoUsd } from '../kernel/money.ts';
import type { Account } from './account.ts';
import type { Balance } from './balance.ts';
import type { Reservation } from './reservation.ts';

/** A difference that replaced an estimate, kept in the item until its record is written. */
export interface Adjustment {
  readonly attemptId: string;
  /** What the applier needs to write the record; opaque here. `null`: written. */
  readonly note: string | null;
}

export type Reserved = { readonly reserved: true } | { readonly reserved: false; readonly balance: Balance };

/** An account's month with what reconciling looks at besides. */
export interface AccountMonth extends Balance {
  /** As `2026-11`. */
  readonly name: string;
  readonly adjustments: readonly Adjustment[];
  /** Marks that were set: thresholds that were told, days that were checked. */
  readonly marks: ReadonlySet<string>;
}

/**
 * What the database does atomically for budgets. Each method rejects with `store-unavailable` only, and then may or may not have
 * happened; each may be repeated without harm.
 */
export interface BudgetStore {
  /** Holds the amount back if day and month stay within the account's limits. Asked again for the same reservation: the same answer. */
  reserve(account: Account, reservation: Reservation): Promise<Reserved>;
  /** Puts `actual` in the reservation's place, once, whoever asks and how often. */
  settle(account: Pick<Account, 'pk'>, reservation: Reservation, actual: PicoUsd): Promise<void>;
  /** Adds `by` to the day and month of `at`, once for an attempt. */
  adjust(account: Pick<Account, 'pk'>, at: number, by: PicoUsd, adjustment: Adjustment): Promise<void>;
  /** The adjustment's record is written. */
  adjusted(account: Pick<Account, 'pk'>, month: string, adjustment: Adjustment): Promise<void>;
  /** Sets a mark; `true` for the one caller who did. */
  mark(account: Pick<Account, 'pk'>, month: string, mark: string): Promise<boolean>;
  /** The months from `from` to `to` (as `2026-11`, both included) that have seen anything, read strongly. */
  months(account: Pick<Account, 'pk'>, from: string, to: string): Promise<AccountMonth[]>;
}
