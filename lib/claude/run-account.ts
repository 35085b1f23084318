import { minus, plus, ZERO, type PicoUsd } from '../kernel/money.ts';

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
  /** Resolves when all that was kept has been written. */
  closed(): Promise<void>;
}

export const createRunAccount = (limit: PicoUsd | null): RunAccount => {
  let spent = ZERO;
  let reserved = ZERO;
  const writes: Promise<void>[] = [];
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
    async closed() {
      await Promise.all(writes);
    },
  };
};
