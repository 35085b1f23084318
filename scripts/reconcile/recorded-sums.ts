import { dayOf, hashedUserAccount, keyAccount, stageAccount, tenantAccount } from '../../lib/budget/account.ts';
import { userHashOf } from '../../lib/budget/account.ts';
import { bookedNameIn } from '../../lib/kernel/ids/pseudonym.ts';
import { type PicoUsd, plus, ZERO } from '../../lib/kernel/money.ts';
import { hourOf } from '../../lib/usage/hour.ts';
import type { UsageRecord } from '../../lib/usage/record.ts';

/** What records come to. */
export interface RecordedSums {
  /** By account and day, as `2026-11-20`; what an account holds open is not in it. */
  readonly byAccount: ReadonlyMap<string, ReadonlyMap<string, PicoUsd>>;
  /** By tenant and day, all of it, with the hours (as `2026-11-20T13`) that have any. */
  readonly byTenant: ReadonlyMap<string, ReadonlyMap<string, RecordedDay>>;
}

export interface RecordedDay {
  readonly cost: PicoUsd;
  readonly hours: ReadonlySet<string>;
}

const hashIn = (userId: string | null): string =>
  userId === null ? userHashOf(null) : bookedNameIn(userId).slice('sha256:'.length);

/** The accounts that pay for a record, whether or not they are kept. */
const payersOf = ({ tenantId, keyId, userId }: UsageRecord): string[] =>
  [
    tenantAccount(tenantId),
    keyAccount(tenantId, keyId),
    hashedUserAccount(tenantId, hashIn(userId)),
    stageAccount(),
  ].map(({ pk }) => pk);

const within = <Value>(maps: Map<string, Map<string, Value>>, name: string): Map<string, Value> => {
  const found = maps.get(name) ?? new Map<string, Value>();
  maps.set(name, found);
  return found;
};

/**
 * Adds up records, one after the other. `isWanted` says of which accounts sums are wanted, and `holds` which of them has a
 * record's reservation still open, and so counts it already.
 */
export const sumRecords = async (
  records: AsyncIterable<UsageRecord>,
  { isWanted, holds }: { isWanted: (pk: string) => boolean; holds: (pk: string, attemptId: string) => boolean },
): Promise<RecordedSums> => {
  const byAccount = new Map<string, Map<string, PicoUsd>>();
  const byTenant = new Map<string, Map<string, { cost: PicoUsd; hours: Set<string> }>>();
  for await (const record of records) {
    const { tenantId, attemptId, at, cost } = record;
    const day = dayOf(at);
    const days = within(byTenant, tenantId);
    const { cost: before, hours } = days.get(day) ?? { cost: ZERO, hours: new Set<string>() };
    days.set(day, { cost: plus(before, cost), hours: hours.add(hourOf(at)) });
    for (const pk of payersOf(record)) {
      if (!isWanted(pk) || holds(pk, attemptId)) continue;
      const sums = within(byAccount, pk);
      sums.set(day, plus(sums.get(day) ?? ZERO, cost));
    }
  }
  return { byAccount, byTenant };
};
