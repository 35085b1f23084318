import { type Account, dayOf, monthOf, type Scope, userHashOf } from '../budget/account.ts';
import type { Refusal } from '../budget/balance.ts';
import { type Item, type Key, keyOf, n, optional, readString, s } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { type Clock, epochSeconds } from '../kernel/clock.ts';
import { formatUsd } from '../kernel/money.ts';
import { bookedName, pseudonymOf } from '../kernel/pseudonym.ts';

/** A budget that is as good as spent and has refused a call. Amounts are decimal US dollars. */
export interface SpentBudget {
  readonly tenantId: string;
  readonly scope: Scope;
  /** The key's id, or the end user's pseudonym as reports have it; `null`: the tenant's own, or the stage's. */
  readonly subject: string | null;
  /** As `2026-11-20` or `2026-11`. */
  readonly period: string;
  readonly limitUsd: string;
  readonly spentUsd: string;
}

/** Who asked. */
export interface Refused {
  readonly tenantId: string;
  readonly keyId: string;
  readonly userId: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * A budget is as good as spent from so many percent on, where a call is refused for it. Before, the call was too large, which
 * any caller can bring about.
 */
export const SPENT_PERCENT = 90n;

/** Whose and which budget a refusal is about; `null` where so much of it is left that the call was too large. */
export const spentBudgetOf = (
  { scope, nearest: { period, limit, spent } }: Refusal,
  { tenantId, keyId, userId, at }: Refused,
): SpentBudget | null => {
  if (limit === 0n || spent * 100n < limit * SPENT_PERCENT) return null;
  const subjects: Readonly<Record<Account['scope'], string | null>> = {
    tenant: null,
    stage: null,
    key: keyId,
    user: userId === null ? userHashOf(userId) : bookedName(pseudonymOf(userId)),
  };
  return {
    tenantId,
    scope,
    subject: subjects[scope],
    period: period === 'day' ? dayOf(at) : monthOf(at),
    limitUsd: formatUsd(limit),
    spentUsd: formatUsd(spent),
  };
};

/** Budgets that are spent, from whoever meets them to the reconciler, which notifies of them. */
export interface SpentBudgets {
  /**
   * Puts down whose budget has refused a call, if that is as good as spent: once by a process for each budget and period.
   * Never rejects: a refusal costs its caller no more.
   */
  note(refusal: Refusal, by: Refused): Promise<void>;
  /** Rejects with `store-unavailable` only. */
  list(): Promise<readonly SpentBudget[]>;
  /** Everybody was notified. Rejects with `store-unavailable` only. */
  remove(spent: SpentBudget): Promise<void>;
}

/** One partition: an item for each budget that is spent, until the next pass. */
const PARTITION = 'spent';
const KEPT_MS = 2 * 86_400_000;
/** Above this many known ones a process forgets all, and may write some again: that changes nothing. */
const MOST_KNOWN = 10_000;

const keyFor = ({ tenantId, scope, subject, period }: SpentBudget): Key => ({
  pk: PARTITION,
  sk: [tenantId, scope, period, subject ?? ''].join('#'),
});

const read = (item: Item): SpentBudget => ({
  tenantId: readString(item, 'tenantId'),
  scope: readString(item, 'scope') as Scope,
  subject: optional(item, 'subject', readString),
  period: readString(item, 'period'),
  limitUsd: readString(item, 'limitUsd'),
  spentUsd: readString(item, 'spentUsd'),
});

export const createSpentBudgets = ({
  table,
  clock,
}: {
  readonly table: Pick<Table, 'put' | 'query' | 'remove'>;
  readonly clock: Pick<Clock, 'now'>;
}): SpentBudgets => {
  const known = new Set<string>();
  return {
    async note(refusal, by) {
      const noted = spentBudgetOf(refusal, by);
      if (noted === null) return;
      const key = keyFor(noted);
      if (known.has(key.sk)) return;
      if (known.size >= MOST_KNOWN) known.clear();
      known.add(key.sk);
      const { tenantId, scope, subject, period, limitUsd, spentUsd } = noted;
      const item = {
        ...keyOf(key),
        tenantId: s(tenantId),
        scope: s(scope),
        ...(subject === null ? {} : { subject: s(subject) }),
        period: s(period),
        limitUsd: s(limitUsd),
        spentUsd: s(spentUsd),
        expiresAt: n(epochSeconds(clock.now() + KEPT_MS)),
      };
      // The next refusal tries again.
      await table.put(item).catch(() => void known.delete(key.sk));
    },
    async list() {
      const all: SpentBudget[] = [];
      for await (const item of table.query(PARTITION, '')) all.push(read(item));
      return all;
    },
    async remove(spent) {
      await table.remove(keyFor(spent), { equal: { period: s(spent.period) } });
    },
  };
};
