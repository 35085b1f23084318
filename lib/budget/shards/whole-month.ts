import { minus, type PicoUsd, sum, ZERO } from '../../kernel/money.ts';
import { type Account, dayOf, shardAccount, tenantAccount } from '../account.ts';
import type { Balance } from '../balance.ts';
import { foundMonth } from '../item.ts';
import type { AccountMonth, BudgetStore } from '../store.ts';
import { outstanding } from './allotment.ts';

/** An item that holds a part of a tenant's money. */
export interface Part {
  readonly account: Account;
  /** `null`: the account itself. */
  readonly shard: number | null;
  readonly month: AccountMonth;
}

/** A tenant's month with what its shards hold, as if one item held all; `parts` are the items, the account's first. */
export interface WholeMonth extends AccountMonth {
  readonly parts: readonly Part[];
}

/** By how much its counters say more than was spent and reserved there: the account's what it lent, a shard's so much less. */
const lentOn = ({ shard, month }: Part, day: string | null): PicoUsd => {
  const lent = sum(
    month.allotments.filter((one) => day === null || one.day === day).map(({ allotment }) => outstanding(allotment)),
  );
  return shard === null ? lent : minus(ZERO, lent);
};

const joined = (account: Part, shards: readonly Part[]): WholeMonth => {
  const parts = [account, ...shards];
  const days = new Set(parts.flatMap(({ month }) => [...month.days.keys()]));
  const held = (day: string) => sum(parts.map((part) => minus(part.month.days.get(day) ?? ZERO, lentOn(part, day))));
  return {
    ...account.month,
    month: sum(parts.map((part) => minus(part.month.month, lentOn(part, null)))),
    days: new Map([...days].map((day) => [day, held(day)])),
    open: parts.flatMap(({ month }) => month.open),
    adjustments: parts.flatMap(({ month }) => month.adjustments),
    tombstones: parts.flatMap(({ month }) => month.tombstones),
    parts,
  };
};

/** Adds what its shards hold to a tenant's month that was just read: nothing is lent that is not noted there first. */
export const withShards = async (
  month: AccountMonth,
  tenantId: string,
  read: (shard: Account, name: string) => Promise<AccountMonth | null | undefined>,
): Promise<WholeMonth> => {
  const numbers = new Set(month.allotments.map(({ shard }) => shard));
  const shards = [...numbers].map(async (shard): Promise<Part> => {
    const account = shardAccount(tenantId, shard);
    const found = await read(account, month.name);
    return { account, shard, month: found ?? foundMonth({ pk: account.pk, sk: month.name }, {}) };
  });
  return joined({ account: tenantAccount(tenantId), shard: null, month }, await Promise.all(shards));
};

/**
 * The months of a tenant from `from` to `to` (as `2026-11`, both included) that have seen anything, read strongly: one query,
 * and one more for each shard that was lent anything.
 */
export const tenantMonths = async (
  store: Pick<BudgetStore, 'months'>,
  tenantId: string,
  from: string,
  to: string,
): Promise<WholeMonth[]> => {
  const months = await store.months(tenantAccount(tenantId), from, to);
  const read = async (shard: Account, name: string) => (await store.months(shard, name, name))[0];
  return await Promise.all(months.map((month) => withShards(month, tenantId, read)));
};

/**
 * What was spent or reserved at least, at some instant between two reads of a tenant that came one after the other: what
 * the first had found spent, and what both have found open.
 */
export const heldBetween = (first: Balance, second: Balance): Omit<Balance, 'open'> => {
  const still = new Set(second.open.map(({ attemptId }) => attemptId));
  const gone = first.open.filter(({ attemptId }) => !still.has(attemptId));
  const less = (counter: PicoUsd, day: string | null) =>
    minus(counter, sum(gone.filter(({ at }) => day === null || dayOf(at) === day).map(({ amount }) => amount)));
  return {
    month: less(first.month, null),
    days: new Map([...first.days].map(([day, counter]) => [day, less(counter, day)])),
  };
};
