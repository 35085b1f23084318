import { dayOf, monthOf } from '../../lib/budget/account.ts';
import { dayName, foundMonth, monthFrom } from '../../lib/budget/item.ts';
import { type WholeMonth, withShards } from '../../lib/budget/shards/whole-month.ts';
import type { AccountMonth } from '../../lib/budget/store.ts';
import { type Item, n, readString } from '../../lib/dynamodb/attributes.ts';
import type { Table } from '../../lib/dynamodb/table.ts';
import { formatUsd, minus, type PicoUsd, plus, sum, ZERO } from '../../lib/kernel/money.ts';
import { recordIn } from '../../lib/usage/dynamodb-store.ts';
import type { UsageRecord } from '../../lib/usage/record.ts';
import type { ScanItems } from '../scan-items.ts';
import { type RecordedSums, sumRecords } from './recorded-sums.ts';

export interface RebuildParts {
  readonly ledger: Pick<Table, 'get' | 'update'>;
  /** The ledger's name. */
  readonly name: string;
  readonly scan: ScanItems;
  /** Of reports, what a day of a tenant comes to; `null`: not summed up yet. */
  readonly recordedOn: (tenantId: string, day: string) => Promise<PicoUsd | null>;
  readonly rewrite: (tenantId: string, at: number) => Promise<void>;
  readonly say: (line: string) => void;
}

/** What was made anew, and what was changed meanwhile by somebody else, so that it was left. */
export interface Rebuilt {
  readonly corrected: readonly string[];
  readonly left: readonly string[];
  /** Hours of reports that were summed up anew. */
  readonly hours: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** This month and the one before, in which calls may still be booked. */
export const monthsFrom = (now: number): readonly string[] => [
  monthOf(Date.parse(`${monthOf(now)}-01T00:00:00.000Z`) - DAY_MS),
  monthOf(now),
];

type Accounts = ReadonlyMap<string, ReadonlyMap<string, AccountMonth>>;

/** Each account's months as they are now. */
const readAccounts = async ({ scan, name }: RebuildParts, months: readonly string[]): Promise<Accounts> => {
  const accounts = new Map<string, Map<string, AccountMonth>>();
  for await (const item of scan(name, 'budget#')) {
    const [pk, month] = [readString(item, 'pk'), readString(item, 'sk')];
    if (!months.includes(month)) continue;
    const of = accounts.get(pk) ?? new Map<string, AccountMonth>();
    accounts.set(pk, of.set(month, monthFrom(item)));
  }
  return accounts;
};

/** The usage records of these months that a table has. */
export async function* recordsOf(
  { scan, name }: Pick<RebuildParts, 'name' | 'scan'>,
  months: readonly string[],
): AsyncIterable<UsageRecord> {
  for await (const item of scan(name, 'usage#')) {
    const record = recordIn(item);
    if (months.includes(monthOf(record.at))) yield record;
  }
}

const isShard = (pk: string): boolean => pk.split('#')[2] === 'shard';
/** `budget#acme`, and not a key or a user of it; the stage's has no tenant. */
const tenantIn = (pk: string): string | null => {
  const [, tenantId = '', ...more] = pk.split('#');
  return tenantId !== '' && more.length === 0 ? tenantId : null;
};

const wholeOf = (accounts: Accounts, pk: string, month: string): Promise<WholeMonth> => {
  const own = accounts.get(pk)?.get(month) ?? foundMonth({ pk, sk: month }, {});
  return withShards(own, pk.split('#')[1] ?? '', (shard, name) => Promise.resolve(accounts.get(shard.pk)?.get(name)));
};

/** By how much each counter of an account's month is to change: to what is recorded and what is held. */
const changesOf = (whole: WholeMonth, recorded: ReadonlyMap<string, PicoUsd>): Map<string, PicoUsd> => {
  const held = (day: string | null) =>
    sum(whole.open.filter(({ at }) => day === null || dayOf(at) === day).map(({ amount }) => amount));
  const days = [...new Set([...whole.days.keys(), ...recorded.keys()])].filter((day) => day.startsWith(whole.name));
  const all = sum(days.map((day) => recorded.get(day) ?? ZERO));
  const changes = days.map((day): [string, PicoUsd] => [
    dayName(day),
    minus(plus(recorded.get(day) ?? ZERO, held(day)), whole.days.get(day) ?? ZERO),
  ]);
  return new Map([...changes, ['month', minus(plus(all, held(null)), whole.month)] as const].filter(([, by]) => by));
};

/** Adds to an account's own item, provided its counters are still as they were found; `false`: they are not. */
const apply = async (
  ledger: RebuildParts['ledger'],
  pk: string,
  own: AccountMonth | undefined,
  month: string,
  changes: ReadonlyMap<string, PicoUsd>,
): Promise<boolean> => {
  const found = (counter: string): PicoUsd | undefined =>
    counter === 'month' ? own?.month : own?.days.get(counter.slice(dayName('').length));
  const names = [...new Set([...changes.keys(), 'month'])];
  const equal = names.flatMap((counter): [string, Item[string]][] => {
    const value = found(counter);
    return value === undefined ? [] : [[counter, n(value)]];
  });
  const lacks = names.filter((counter) => found(counter) === undefined);
  const add = { ...Object.fromEntries(changes), ...(own === undefined ? { open: 0 } : {}) };
  return (await ledger.update({ pk, sk: month }, { add }, { equal: Object.fromEntries(equal), lacks })).applied;
};

const countersOf = ({ month, days }: Pick<AccountMonth, 'days' | 'month'>): string =>
  JSON.stringify([month, ...[...days].toSorted()].map(String));

/**
 * Whether the counters of an account's shards are as they were found. A call that was settled in one since then has its record among
 * the sums, and the account's own item does not show it.
 */
const areShardsAsFound = async ({ ledger }: RebuildParts, accounts: Accounts, pk: string, month: string) => {
  for (const [shard, of] of accounts) {
    const found = of.get(month);
    if (!isShard(shard) || !shard.startsWith(`${pk}#`) || found === undefined) continue;
    const key = { pk: shard, sk: month };
    if (countersOf(foundMonth(key, (await ledger.get(key)) ?? {})) !== countersOf(found)) return false;
  }
  return true;
};

/** Sums up the hours of reports anew whose day is not what its records come to. */
const rewriteReports = async (parts: RebuildParts, { byTenant }: RecordedSums): Promise<number> => {
  let rewritten = 0;
  for (const [tenantId, days] of byTenant)
    for (const [day, { cost, hours }] of days) {
      const told = await parts.recordedOn(tenantId, day);
      if (told === null || told === cost) continue;
      for (const hour of hours) await parts.rewrite(tenantId, Date.parse(`${hour}:00:00.000Z`));
      rewritten += hours.size;
    }
  return rewritten;
};

/**
 * Makes the counters of this month and the last what the usage records come to and what open reservations hold: of each tenant
 * that has records, and of each key, end user and stage that has an account. Nobody may be making calls: a counter that has
 * changed since it was read is left, and named.
 */
export const rebuildBudgets = async (parts: RebuildParts, now: number): Promise<Rebuilt> => {
  const months = monthsFrom(now);
  // First the accounts: whatever is booked after this changes a counter, and is seen.
  const accounts = await readAccounts(parts, months);
  const open = new Map<string, Set<string>>();
  for (const [pk, of] of accounts) {
    const home = isShard(pk) ? pk.split('#').slice(0, 2).join('#') : pk;
    const ids = [...of.values()].flatMap((month) => month.open.map(({ attemptId }) => attemptId));
    open.set(home, new Set([...(open.get(home) ?? []), ...ids]));
  }
  const sums = await sumRecords(recordsOf(parts, months), {
    isWanted: (pk) => accounts.has(pk) || tenantIn(pk) !== null,
    holds: (pk, attemptId) => open.get(pk)?.has(attemptId) ?? false,
  });
  const [corrected, left]: [string[], string[]] = [[], []];
  for (const pk of new Set([...accounts.keys(), ...sums.byAccount.keys()])) {
    if (isShard(pk)) continue;
    for (const month of months) {
      const changes = changesOf(await wholeOf(accounts, pk, month), sums.byAccount.get(pk) ?? new Map());
      if (changes.size === 0) continue;
      const name = `${pk.slice('budget#'.length)} ${month}`;
      const isDone =
        (await areShardsAsFound(parts, accounts, pk, month)) &&
        (await apply(parts.ledger, pk, accounts.get(pk)?.get(month), month, changes));
      (isDone ? corrected : left).push(name);
      const by = formatUsd(changes.get('month') ?? ZERO);
      parts.say(isDone ? `${name}: the counters are those of its records, by $${by}.` : `${name}: changed meanwhile.`);
    }
  }
  return { corrected, left, hours: await rewriteReports(parts, sums) };
};

export const rebuiltSentence = ({ corrected, left, hours }: Rebuilt): string =>
  `${corrected.length} counter(s) made anew, ${left.length} left, ${hours} hour(s) of reports summed up again.`;
