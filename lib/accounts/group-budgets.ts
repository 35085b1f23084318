import { type Account, dayOf, hashedUserAccount, keyAccount, monthOf, userHashOf } from '../budget/account.ts';
import { EMPTY, type Standing, standingOf } from '../budget/balance.ts';
import type { Reservation } from '../budget/reservation.ts';
import { tenantMonths } from '../budget/shards/whole-month.ts';
import type { BudgetStore } from '../budget/store.ts';
import { type BudgetViews, viewStandings } from '../budget/view.ts';
import { concurrently } from '../kernel/concurrently.ts';
import { bookedNameIn } from '../kernel/ids/pseudonym.ts';
import { type PicoUsd, sum, ZERO } from '../kernel/money.ts';
import type { ApiKeyDirectory, Tenant } from '../tenants/types.ts';
import type { Groups } from '../usage/reports/measure.ts';
import type { Reports } from '../usage/reports/reports.ts';
import { rangeOfDays } from '../usage/reports/time-range.ts';
import type { Totals } from '../usage/reports/totals.ts';
import { limitIn } from './budget-limits.ts';

/** Whose budgets are shown one by one. */
export const BUDGET_GROUPS = ['key', 'user'] as const;
export type BudgetGroup = (typeof BUDGET_GROUPS)[number];

/** A key or an end user, and where it stands. */
export interface GroupBudget extends BudgetViews {
  /** A key's id, or an end user as the books name them; empty: calls that name none. */
  readonly key: string;
  /** Of a key that there is. */
  readonly name: string | null;
  /** On the books of the month. */
  readonly spent: PicoUsd;
}

/** Where one stands in the list: a later page begins behind the last of the one before. */
export type Place = Pick<GroupBudget, 'spent' | 'key'>;

export interface GroupBudgetsPage {
  readonly groups: readonly GroupBudget[];
  /** Behind which there are more; `null`: there are none. */
  readonly last: Place | null;
}

/** The keys or end users of a tenant that spent or hold something in this month, and all keys; who spent most comes first. */
export type ViewGroupBudgets = (
  tenant: Tenant,
  by: BudgetGroup,
  page: { readonly limit: number; readonly after: Place | null },
  now: number,
) => Promise<GroupBudgetsPage>;

export interface GroupBudgetsOptions {
  readonly store: Pick<BudgetStore, 'months'>;
  readonly reports: Pick<Reports, 'usage'>;
  readonly keys: Pick<ApiKeyDirectory, 'list'>;
}

/** Accounts read at a time. */
const AT_ONCE = 16;

const bookedOf = (userHash: string | null): string =>
  userHash === null || userHash === userHashOf(null) ? '' : `sha256:${userHash}`;
const hashOf = (booked: string): string => (booked === '' ? userHashOf(null) : booked.slice('sha256:'.length));

/** What was booked for each: earlier versions booked an end user by the name itself. */
const costsIn = (groups: Groups<Totals>, by: BudgetGroup): ReadonlyMap<string, PicoUsd> => {
  const costs = new Map<string, PicoUsd>();
  for (const [group, { cost }] of groups) {
    const key = by === 'key' || group === '' ? group : bookedNameIn(group);
    costs.set(key, sum([costs.get(key) ?? ZERO, cost]));
  }
  return costs;
};

const compare = (a: Place, b: Place): number => {
  if (a.spent !== b.spent) return a.spent > b.spent ? -1 : 1;
  return a.key === b.key ? 0 : a.key < b.key ? -1 : 1;
};

const withoutLimit = (spent: PicoUsd, held: readonly Reservation[]): Standing => ({
  limit: null,
  spent,
  reserved: sum(held.map(({ amount }) => amount)),
  remaining: null,
});

/**
 * Where keys and end users stand. A month is that of the books, and of what the tenant's account holds for them. So is a day,
 * unless it has a limit: then it is that of the account by which calls are refused, which counts since the limit was set.
 */
export const createViewGroupBudgets =
  ({ store, reports, keys }: GroupBudgetsOptions): ViewGroupBudgets =>
  async (tenant, by, { limit, after }, now) => {
    const { tenantId } = tenant;
    const [today, month] = [dayOf(now), monthOf(now)];
    const costsSince = async (first: string) =>
      costsIn(await reports.usage(tenant, rangeOfDays(first, today), [by], now), by);
    const accountOf = async ({ pk }: Account) => (await store.months({ pk }, month, month))[0] ?? EMPTY;
    const [ofMonth, ofDay, [whole], known] = await Promise.all([
      costsSince(`${month}-01`),
      costsSince(today),
      tenantMonths(store, tenantId, month, month),
      by === 'key' ? keys.list(tenantId) : [],
    ]);
    const held = Map.groupBy(whole?.open ?? [], ({ keyId, userHash }) => (by === 'key' ? keyId : bookedOf(userHash)));
    const named = new Map(known.map((key) => [key.keyId, key]));
    const view = async ({ key, spent }: Place): Promise<GroupBudget> => {
      const own = named.get(key);
      const day = limitIn(by === 'key' ? (own?.dailyBudgetUsd ?? null) : tenant.userDailyBudgetUsd);
      const limits = { day, month: null };
      const account =
        by === 'key' ? keyAccount(tenantId, key, limits) : hashedUserAccount(tenantId, hashOf(key), limits);
      const mine = held.get(key) ?? [];
      const ofToday = mine.filter(({ at }) => dayOf(at) === today);
      const standing =
        day === null
          ? withoutLimit(ofDay.get(key) ?? ZERO, ofToday)
          : standingOf(await accountOf(account), today, limits).day;
      const views = viewStandings({ day: standing, month: withoutLimit(spent, mine) }, now);
      return { key, name: own?.name ?? null, spent, ...views };
    };
    const places = [...new Set([...ofMonth.keys(), ...held.keys(), ...named.keys()])]
      .map((key): Place => ({ key, spent: ofMonth.get(key) ?? ZERO }))
      .filter((place) => after === null || compare(after, place) < 0)
      .sort(compare);
    const groups = await concurrently(places.slice(0, limit), AT_ONCE, view);
    return { groups, last: places.length > groups.length ? (groups.at(-1) ?? null) : null };
  };
