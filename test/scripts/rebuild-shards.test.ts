import { expect, it } from 'vitest';
import { monthOf, shardAccount, tenantAccount } from '../../lib/budget/account.ts';
import { dayName } from '../../lib/budget/item.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import { rebuildBudgets } from '../../scripts/reconcile/rebuild.ts';
import { createScanItems } from '../../scripts/scan-items.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { TABLE_NAMES } from '../dynamodb-names.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';

const AT = Date.parse('2026-11-20T12:00:00Z');
const DAY = '2026-11-20';

describeOnDynamoDb('counters that are made anew, of a tenant with shards', (engine) => {
  const timing = { clock: createFakeClock(AT), random: seededRandom(1) };

  /** Makes them anew, while something happens after the accounts were read and before the records are. */
  const rebuilt = async (meanwhile: () => Promise<unknown>) => {
    const ledger = createTable({ client: engine().client, name: TABLE_NAMES.LedgerTable, ...timing });
    const scan = createScanItems(engine().sdk, timing);
    const parts = {
      ledger,
      name: TABLE_NAMES.LedgerTable,
      recordedOn: async () => null,
      rewrite: async () => {},
      say: () => {},
    };
    return rebuildBudgets(
      {
        ...parts,
        scan: async function* (table, prefix) {
          if (prefix === 'usage#') await meanwhile();
          yield* scan(table, prefix);
        },
      },
      AT,
    );
  };
  const add = async (pk: string, by: bigint) =>
    engine()
      .table('LedgerTable')
      .update({ pk, sk: monthOf(AT) }, { add: { month: by, [dayName(DAY)]: by, open: 0n } }, { lacks: ['none'] });

  it('are left where a shard’s counters have changed since they were read', async () => {
    const [own, shard] = [tenantAccount('acme').pk, shardAccount('acme', 1).pk];
    // What no records explain.
    await add(own, 7n);
    await add(shard, 0n);
    expect(await rebuilt(() => add(shard, 3n))).toMatchObject({ corrected: [], left: ['acme 2026-11'] });
    expect(await rebuilt(async () => {})).toMatchObject({ corrected: ['acme 2026-11'], left: [] });
  });
});
