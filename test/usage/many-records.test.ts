import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import type { Item } from '../../lib/dynamodb/attributes.ts';
import type { Table } from '../../lib/dynamodb/table.ts';
import type { DynamoDb } from '../../lib/dynamodb/types.ts';
import { formatUsd } from '../../lib/kernel/money.ts';
import { createDynamoDbUsageStore } from '../../lib/usage/dynamodb-store.ts';
import { createDynamoDbToolUsageStore } from '../../lib/usage/dynamodb-tool-store.ts';
import type { UsageRecord } from '../../lib/usage/record.ts';
import { createReports } from '../../lib/usage/reports/reports.ts';
import { createDynamoDbRollupStore } from '../../lib/usage/reports/rollups/dynamodb-rollup-store.ts';
import { createRollUps } from '../../lib/usage/reports/rollups/roll-up.ts';
import { TOTALS, totalsOf } from '../../lib/usage/reports/totals.ts';
import { describeOnDynamoDb, TABLE_NAMES } from '../dynamodb.ts';
import { createFakeClock } from '../fake-clock.ts';
import { usageFunction } from '../functions/report-usage-parts.ts';
import { seededRandom } from '../seeded-random.ts';
import { size } from '../sizes.ts';
import { someRecords } from './records.ts';

const COUNT = size(2_500, 1_000_000);
const CHUNK = 2_500;
const BATCH = 25;
/** Of ten days, or of the whole month: each hour is rolled up by itself. */
const FROM = size(Date.parse('2026-11-21T00:00:00.000Z'), Date.parse('2026-11-01T00:00:00.000Z'));
const NOW = Date.parse('2026-12-01T00:00:00.000Z') - 1;

/** What a report of a month costs: the watermark, one page of rollups, two hours that are still open. */
const MOST_OPERATIONS = 5;
/** By user a month of rollups is longer than one page: some 20 KB an hour, 1 MB a page. */
const MOST_OPERATIONS_BY_USER = 30;

/** The very items that the store writes, caught on their way. */
const itemsOf = async (records: readonly UsageRecord[]): Promise<Item[]> => {
  const items: Item[] = [];
  const putNew = async (item: Item) => items.push(item) > 0;
  const store = createDynamoDbUsageStore({ putNew } as unknown as Table);
  for (const record of records) await store.add(record);
  return items;
};

const insert = async (client: DynamoDBClient, items: readonly Item[]): Promise<void> => {
  for (let at = 0; at < items.length; at += BATCH) {
    let requests = items.slice(at, at + BATCH).map((Item) => ({ PutRequest: { Item } }));
    while (requests.length > 0) {
      const RequestItems = { [TABLE_NAMES.LedgerTable]: requests };
      const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems }));
      requests = (UnprocessedItems?.[TABLE_NAMES.LedgerTable] ?? []) as typeof requests;
    }
  }
};

describeOnDynamoDb(`a month of ${COUNT} usage records`, (engine) => {
  it(
    'is reported exactly, with a handful of DynamoDB operations',
    async () => {
      const { client, sdk } = engine();
      const random = seededRandom(20261101);
      let truth = TOTALS.zero;
      for (let chunk = 0; chunk < COUNT / CHUNK; chunk += 1) {
        const drawn = someRecords(random, CHUNK, { from: FROM, to: NOW }, { users: 500 });
        const records = drawn.map((one) => ({ ...one, attemptId: `${chunk}-${one.attemptId}` }));
        truth = records.map(totalsOf).reduce((a, b) => TOTALS.plus(a, b), truth);
        await insert(sdk, await itemsOf(records));
      }

      let operations = 0;
      const send: DynamoDb['send'] = (...asked) => {
        operations += 1;
        return client.send(...asked);
      };
      const table = engine().table('LedgerTable', { send });
      const stores = {
        usage: createDynamoDbUsageStore(table),
        tools: createDynamoDbToolUsageStore(table),
        rollups: createDynamoDbRollupStore(table, random),
      };
      const rolledUp = await createRollUps({ ...stores, settledAfterMs: 15 * 60_000 }).rollUp({
        tenantId: 'acme',
        createdAt: FROM,
        now: NOW,
        maxHours: 10_000,
      });
      expect(rolledUp).toMatchObject({ through: NOW + 1 - 3_600_000, behind: 0 });

      const { get } = usageFunction({ reports: createReports(stores), clock: createFakeClock(NOW) });
      const { cost, estimated, adjusted, ...counts } = truth;
      for (const [groupBy, most] of [
        ...['day', 'model', 'agent', 'key'].map((by) => [by, MOST_OPERATIONS] as const),
        ['user', MOST_OPERATIONS_BY_USER] as const,
      ]) {
        operations = 0;
        const { status, body } = await get(`/usage?groupBy=${groupBy}`);
        expect(status).toBe(200);
        expect(body['totals']).toEqual({
          ...counts,
          costUsd: formatUsd(cost),
          estimatedUsd: formatUsd(estimated),
          adjustedUsd: formatUsd(adjusted),
        });
        console.info(`GET /usage?groupBy=${groupBy} over ${COUNT} records: ${operations} DynamoDB operations`);
        expect(operations).toBeLessThanOrEqual(most);
      }
    },
    size(300_000, 3_600_000),
  );
});
