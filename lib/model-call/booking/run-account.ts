import type { Background } from '../../kernel/background.ts';
import { minus, type PicoUsd, plus, ZERO } from '../../kernel/money.ts';
import type { Closing } from './settle-attempt.ts';

/** A budget that the run has for itself while it lasts: its session's. */
export interface SessionBudget {
  readonly limit: PicoUsd;
  /** By earlier runs. */
  readonly used: PicoUsd;
}

/**
 * The money of one run, in memory: its own limit (`maxCostUsd`) is held against what it has spent and reserved.
 */
export interface RunAccount {
  readonly limit: PicoUsd | null;
  /** Puts another limit in the place of `limit`. */
  limitTo(limit: PicoUsd | null): void;
  /** Holds the run to a budget of its session too; `null`: there is none. */
  holdTo(session: SessionBudget | null): void;
  readonly session: SessionBudget | null;
  /** What was spent without a reservation of this account: by a step that is replayed, or an attempt that was lost. */
  spend(cost: PicoUsd): void;
  readonly spent: PicoUsd;
  readonly reserved: PicoUsd;
  /** What may still be reserved; `null`: no limit. */
  remaining(): PicoUsd | null;
  /** Takes `amount` out of what remains; the returned function puts `actual` on the books in its place, once. */
  reserve(amount: PicoUsd): (actual: PicoUsd) => void;
  /** The books of an attempt, being closed: the answer waits until they are safe, the process until they are closed. */
  close(closing: Closing): void;
  /** Whether books of this run's own attempts are being closed: what is reserved for them will be there again. */
  readonly isClosing: boolean;
  /** Resolves when the books that are being closed are closed, or are left to the reconciler. */
  secured(): Promise<void>;
}

/** What is left to be written of its attempts goes to the `background`. */
export const createRunAccount = (initialLimit: PicoUsd | null, background: Background): RunAccount => {
  let limit = initialLimit;
  let session: SessionBudget | null = null;
  let spent = ZERO;
  let reserved = ZERO;
  const closing = new Set<Promise<void>>();
  return {
    get limit() {
      return limit;
    },
    limitTo: (other) => void (limit = other),
    holdTo: (budget) => void (session = budget),
    get session() {
      return session;
    },
    spend: (cost) => void (spent = plus(spent, cost)),
    get spent() {
      return spent;
    },
    get reserved() {
      return reserved;
    },
    remaining() {
      const left = session === null ? null : minus(session.limit, session.used);
      const most = limit === null || (left !== null && left < limit) ? left : limit;
      return most === null ? null : minus(minus(most, spent), reserved);
    },
    reserve(amount) {
      reserved = plus(reserved, amount);
      let open = true;
      return (actual) => {
        if (!open) return;
        open = false;
        reserved = minus(reserved, amount);
        spent = plus(spent, actual);
      };
    },
    close({ secured, ended }) {
      background.waitUntil(secured);
      background.waitUntilExit(ended);
      closing.add(secured);
      void secured.then(() => closing.delete(secured));
    },
    get isClosing() {
      return closing.size > 0;
    },
    async secured() {
      await Promise.all(closing);
    },
  };
};
