import { type Account, dayOf, monthOf, NO_LIMITS, type Scope, userHashOf } from '../../budget/account.ts';
import type { Refusal } from '../../budget/balance.ts';
import type { SettledAccount } from '../../budget/budgets.ts';
import type { BudgetStore } from '../../budget/store.ts';
import { s } from '../../dynamodb/attributes.ts';
import type { Table } from '../../dynamodb/table.ts';
import { createWriteId } from '../../dynamodb/write-id.ts';
import type { Clock, Random } from '../../kernel/clock.ts';
import { bookedName, pseudonymOf } from '../../kernel/ids/pseudonym.ts';
import { formatUsd, type PicoUsd } from '../../kernel/money.ts';
import { reachedBy } from './reached-budgets.ts';
import { itemOf, keyFor, type NotedBudget, PARTITION, readNoted, sortKeyOf, type SpentBudget } from './spent-items.ts';

/** Who asked. */
export interface Caller {
  readonly tenantId: string;
  readonly keyId: string;
  readonly userId: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A budget is as good as spent from so many percent on, where a call is refused for it: that is told as 100 %. */
export const SPENT_PERCENT = 90n;

/**
 * From so many percent on, a call that is larger than what is left is told as such. Before, it is larger than half of the
 * budget, which any caller can bring about without having paid anything.
 */
export const HALF_PERCENT = 50n;

const subjectOf = (scope: Scope, { keyId, userId }: Caller): string | null => {
  if (scope === 'key') return keyId;
  if (scope === 'user') return userId === null ? userHashOf(userId) : bookedName(pseudonymOf(userId));
  return null;
};

/** Whose and which budget a refusal is about; `null` where so much of it is left that the call alone was too large. */
export const spentBudgetOf = (
  { scope, nearest: { period, limit, spent, reserved } }: Refusal,
  asked: PicoUsd,
  by: Caller,
): SpentBudget | null => {
  if (limit === 0n || spent * 100n < limit * HALF_PERCENT) return null;
  const isSpent = spent * 100n >= limit * SPENT_PERCENT;
  return {
    tenantId: by.tenantId,
    scope,
    subject: subjectOf(scope, by),
    period: period === 'day' ? dayOf(by.at) : monthOf(by.at),
    percent: isSpent ? 100 : Number((spent * 100n) / limit),
    ...(isSpent ? {} : { refused: { askedUsd: formatUsd(asked), reservedUsd: formatUsd(reserved) } }),
    limitUsd: formatUsd(limit),
    spentUsd: formatUsd(spent),
    unsure: null,
  };
};

/** Budgets that are spent, from whoever meets them to the reconciler, which notifies of them. */
export interface SpentBudgets {
  /**
   * Puts down whose budget has refused a call of so much, if half of it is spent: once by a process for each budget and
   * period, and once more when it is as good as spent. Never rejects: a refusal costs its caller no more.
   */
  note(refusal: Refusal, asked: PicoUsd, by: Caller): Promise<void>;
  /**
   * Puts down which parts of their budgets accounts have reached by a settlement, and notes that with the account: two
   * writes for what is new, by whoever finds it first, and none else. Never rejects: the next settlement tries again.
   */
  reached(settled: readonly SettledAccount[], accounts: readonly Account[], by: Caller): Promise<void>;
  /** Rejects with `store-unavailable` only. */
  list(): Promise<readonly NotedBudget[]>;
  /** Everybody was notified, of just that; what was put down again meanwhile stays. Rejects with `store-unavailable` only. */
  remove(noted: NotedBudget): Promise<void>;
}

const KEPT_MS = 2 * 86_400_000;
/** Above this many known ones a process forgets all, and may write some again: that changes nothing. */
const MOST_KNOWN = 10_000;
/** Longer than processes know different limits of one account: settings are remembered for a minute at most. */
const LIMITS_DIFFER_MS = 120_000;

export interface SpentBudgetsParts {
  readonly table: Pick<Table, 'put' | 'query' | 'remove'>;
  readonly budgets: Pick<BudgetStore, 'note'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
}

export const createSpentBudgets = ({ table, budgets, clock, random }: SpentBudgetsParts): SpentBudgets => {
  const known = new Set<string>();
  /** Parts, and when they were put down. */
  const putDownAt = new Map<string, number>();
  /** Parts that are being put down: of settlements that went out as one, each has seen the part that all have reached. */
  const underWay = new Set<string>();
  const put = (spent: SpentBudget) =>
    table.put(itemOf({ ...spent, sk: sortKeyOf(spent), version: createWriteId(random) }, clock.now() + KEPT_MS));
  return {
    async note(refusal, asked, by) {
      const noted = spentBudgetOf(refusal, asked, by);
      if (noted === null) return;
      const sk = sortKeyOf(noted);
      if (known.has(sk)) return;
      if (known.size >= MOST_KNOWN) known.clear();
      known.add(sk);
      // The next refusal tries again.
      await put(noted).catch(() => void known.delete(sk));
    },
    async reached(settled, accounts, by) {
      const { tenantId, at } = by;
      const putDown = async ({ scope, pk, counted }: SettledAccount) => {
        const limits = accounts.find((account) => account.scope === scope)?.limits ?? NO_LIMITS;
        const { reached: found, noted, foundOf } = reachedBy(counted, limits, at);
        const subject = subjectOf(scope, by);
        const unsure = counted.open === 0 ? null : pk;
        const parts = found.map(({ period, percent, limit, upTo }) => {
          const amounts = { limitUsd: formatUsd(limit), spentUsd: formatUsd(upTo) };
          return { tenantId, scope, subject, period, percent, ...amounts, unsure };
        });
        // While some processes know the limit before a change and others the one after, each would undo the other's note.
        const isRecent = (each: SpentBudget) => clock.now() - (putDownAt.get(sortKeyOf(each)) ?? 0) < LIMITS_DIFFER_MS;
        const reached = foundOf === 'others' ? parts.filter((each) => !isRecent(each)) : parts;
        if (reached.length === 0 && foundOf !== 'unknown') return;
        const part = `${pk} ${monthOf(at)} ${noted}`;
        if (underWay.has(part)) return;
        underWay.add(part);
        try {
          if (putDownAt.size >= MOST_KNOWN) putDownAt.clear();
          for (const each of reached) {
            await put(each);
            putDownAt.set(sortKeyOf(each), clock.now());
          }
          // Not before: who dies in between leaves it to the next settlement.
          await budgets.note({ pk }, monthOf(at), noted, counted.noted);
        } finally {
          underWay.delete(part);
        }
      };
      await Promise.all(settled.map((each) => putDown(each).catch(() => undefined)));
    },
    async list() {
      const all: NotedBudget[] = [];
      for await (const item of table.query(PARTITION, '')) all.push(readNoted(item));
      return all;
    },
    async remove(noted) {
      const { version } = noted;
      await table.remove(keyFor(noted), version === null ? { lacks: ['version'] } : { equal: { version: s(version) } });
    },
  };
};
