import { readString, s } from '../../lib/dynamodb/attributes.ts';
import type { Table } from '../../lib/dynamodb/table.ts';
import { concurrently } from '../../lib/kernel/concurrently.ts';
import { bookedNameIn } from '../../lib/kernel/ids/pseudonym.ts';
import type { Tenant } from '../../lib/tenants/types.ts';
import { partitionKey } from '../../lib/usage/dynamodb-store.ts';
import type { RollUps } from '../../lib/usage/reports/rollups/roll-up.ts';
import type { RollupStore } from '../../lib/usage/reports/rollups/rollup-store.ts';
import { firstHour, HOUR_MS, hoursOf, startOfHour } from '../../lib/usage/reports/time-range.ts';

export interface ForgetBooksParts {
  readonly ledger: Pick<Table, 'query' | 'update' | 'remove'>;
  readonly rollups: Pick<RollupStore, 'through' | 'removeLeft'>;
  readonly rewrite: RollUps['rewrite'];
}

/** Records written at a time. */
const AT_ONCE = 8;
/** Hours looked at at a time: most are empty. */
const HOURS_AT_ONCE = 16;
const LABELS = ['sessionId', 'metadata'];

/** Rollups whose groups name somebody, a session or metadata. */
const NAMING = ['user', 'cell'] as const;

/**
 * Takes names of end users, sessions and metadata out of a tenant's books; amounts stay. Every hour since its birth is
 * looked at: one query each. An hour that has records is summed up anew after them, also where an earlier call had cleaned
 * them and was killed before it could. Resolves with the records and names that were changed.
 */
export const forgetBooks = async (parts: ForgetBooksParts, tenant: Tenant, now: number): Promise<number> => {
  const { ledger, rollups, rewrite } = parts;
  const { tenantId, createdAt } = tenant;
  const born = firstHour(createdAt);

  const clean = async (pk: string): Promise<{ readonly some: boolean; readonly changed: number }> => {
    let some = false;
    const named: { readonly sk: string; readonly userId: string | null }[] = [];
    for await (const item of ledger.query(pk, '')) {
      some = true;
      const stored = item['userId']?.S ?? null;
      const userId = stored === null ? null : bookedNameIn(stored);
      if (userId !== stored || LABELS.some((label) => item[label] !== undefined))
        named.push({ sk: readString(item, 'sk'), userId });
    }
    await concurrently(named, AT_ONCE, ({ sk, userId }) =>
      ledger.update({ pk, sk }, { set: userId === null ? {} : { userId: s(userId) }, remove: LABELS }, { has: ['pk'] }),
    );
    return { some, changed: named.length };
  };

  const hours = hoursOf({ from: born, to: startOfHour(now) + HOUR_MS });
  const cleaned = await concurrently(hours, HOURS_AT_ONCE, async (hour) => {
    const { some, changed } = await clean(partitionKey(tenantId, hour));
    // Asked now: the hour may have been summed up since the first was looked at.
    if (some && hour < ((await rollups.through(tenantId)) ?? born)) {
      await rewrite(tenantId, hour);
      for (const dimension of NAMING) await rollups.removeLeft(tenantId, dimension, hour);
    }
    return changed;
  });

  let names = 0;
  const pk = `user-name#${tenantId}`;
  for await (const item of ledger.query(pk, '')) {
    await ledger.remove({ pk, sk: readString(item, 'sk') }, { has: ['pk'] });
    names += 1;
  }
  return names + cleaned.reduce((sum, each) => sum + each, 0);
};
