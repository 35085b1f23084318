import { monthOf } from '../budget/account.ts';
import type { Reservation } from '../budget/reservation.ts';
import { tenantMonths } from '../budget/shards/whole-month.ts';
import type { BudgetStore } from '../budget/store.ts';
import type { Clock } from '../kernel/clock.ts';
import { concurrently } from '../kernel/concurrently.ts';
import { type PicoUsd, sum } from '../kernel/money.ts';
import { NO_TOKENS, type TokenUsage, type UsageRecord, type UsageStore } from '../usage/record.ts';
import { HOUR_MS, hoursOf, startOfHour } from '../usage/reports/time-range.ts';

export interface BooksOfRunParts {
  readonly store: Pick<BudgetStore, 'months'>;
  readonly usage: Pick<UsageStore, 'inHour'>;
  readonly clock: Clock;
}

/** An attempt at a model, or what was added to one later. */
export interface AttemptOnBooks extends Pick<
  UsageRecord,
  'attemptId' | 'model' | 'at' | 'answered' | 'tokens' | 'cost'
> {
  /** Nobody knows what became of it: its cost is the most that it can have come to. */
  readonly isLost: boolean;
}

/** What the books say of a run. */
export interface RunBooks {
  /** What is still reserved counts in full. */
  readonly cost: PicoUsd;
  /** Answered ones. */
  readonly modelCalls: number;
  readonly tokens: Omit<TokenUsage, 'webSearchRequests'>;
  readonly attempts: readonly AttemptOnBooks[];
}

/** Partitions of usage read at a time. */
const AT_ONCE = 8;

const booked = ({ estimated, ...record }: UsageRecord): AttemptOnBooks => ({
  ...record,
  isLost: estimated === 'lost',
});

const held = ({ attemptId, model, at, amount }: Reservation): AttemptOnBooks => ({
  attemptId,
  model,
  at,
  answered: false,
  tokens: NO_TOKENS,
  cost: amount,
  isLost: true,
});

const booksIn = (attempts: readonly AttemptOnBooks[]): RunBooks => {
  const count = (of: keyof RunBooks['tokens']) => attempts.reduce((all, { tokens }) => all + tokens[of], 0);
  return {
    attempts,
    cost: sum(attempts.map(({ cost }) => cost)),
    modelCalls: attempts.filter(({ answered }) => answered).length,
    tokens: {
      inputTokens: count('inputTokens'),
      outputTokens: count('outputTokens'),
      cacheReadInputTokens: count('cacheReadInputTokens'),
      cacheWrite5mInputTokens: count('cacheWrite5mInputTokens'),
      cacheWrite1hInputTokens: count('cacheWrite1hInputTokens'),
    },
  };
};

/**
 * What a run has used whose process is no more: all that is booked for it, and what is still reserved at its full amount,
 * which is the most that it can come to. Not what is only noted or parked because the ledger failed: no reader's role may see
 * those of all tenants, and the reconciler books them within minutes. A read, and one for each hour since `since`: for what seldom happens.
 */
export const createBooksOfRun =
  ({ store, usage, clock }: BooksOfRunParts) =>
  async (
    { tenantId, runId }: { readonly tenantId: string; readonly runId: string },
    since: number,
  ): Promise<RunBooks> => {
    const now = clock.now();
    const prefix = `${runId}:`;
    // Reservations first: what is settled meanwhile then has a record.
    const months = await tenantMonths(store, tenantId, monthOf(since), monthOf(now));
    const open = months.flatMap((month) => month.open).filter(({ attemptId }) => attemptId.startsWith(prefix));
    const hours = hoursOf({ from: startOfHour(since), to: startOfHour(now) + HOUR_MS });
    const records = await concurrently(hours, AT_ONCE, (hour) => Array.fromAsync(usage.inHour(tenantId, hour, prefix)));
    const all = new Map([...open.map(held), ...records.flat().map(booked)].map((each) => [each.attemptId, each]));
    return booksIn([...all.values()]);
  };

export type BooksOfRun = ReturnType<typeof createBooksOfRun>;
