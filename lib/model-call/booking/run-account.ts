import { minus, type PicoUsd, plus, ZERO } from '../../kernel/money.ts';
import type { Closing } from './settle-attempt.ts';

/**
 * The money of one run, in memory: its own limit (`maxCostUsd`) is held against what it has spent and reserved,
 * and what its attempts leave to be written is collected, so that the answer waits for all of it at once.
 */
export interface RunAccount {
  readonly limit: PicoUsd | null;
  readonly spent: PicoUsd;
  readonly reserved: PicoUsd;
  /** What may still be reserved; `null`: no limit. */
  remaining(): PicoUsd | null;
  /** Takes `amount` out of what remains; the returned function puts `actual` on the books in its place, once. */
  reserve(amount: PicoUsd): (actual: PicoUsd) => void;
  /** Bookkeeping under way. It must handle its own failure: `write` never rejects. */
  keep(write: Promise<void>): void;
  /** The books of an attempt, being closed: the answer waits until they are safe, the process until they are closed. */
  close(closing: Closing): void;
  /** Whether books of this run's own attempts are being closed: what is reserved for them will be there again. */
  readonly isClosing: boolean;
  /** Resolves when the books that are being closed are closed, or are left to the reconciler. */
  secured(): Promise<void>;
  /** Resolves when all that was kept has been written, or is safe. */
  closed(): Promise<void>;
  /** Resolves when nothing of it is being tried any more. */
  ended(): Promise<void>;
}

export const createRunAccount = (limit: PicoUsd | null): RunAccount => {
  let spent = ZERO;
  let reserved = ZERO;
  const writes: Promise<void>[] = [];
  const endings: Promise<void>[] = [];
  const closing = new Set<Promise<void>>();
  return {
    limit,
    get spent() {
      return spent;
    },
    get reserved() {
      return reserved;
    },
    remaining: () => (limit === null ? null : minus(minus(limit, spent), reserved)),
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
    keep(write) {
      writes.push(write);
    },
    close({ secured, ended }) {
      writes.push(secured);
      endings.push(ended);
      closing.add(secured);
      void secured.then(() => closing.delete(secured));
    },
    get isClosing() {
      return closing.size > 0;
    },
    async secured() {
      await Promise.all(closing);
    },
    async closed() {
      await Promise.all(writes);
    },
    async ended() {
      // What ends may leave more to be ended, as a reservation that comes late is to be given back.
      for (let known = -1; known < writes.length + endings.length;) {
        known = writes.length + endings.length;
        await Promise.all([...writes, ...endings]);
      }
    },
  };
};
