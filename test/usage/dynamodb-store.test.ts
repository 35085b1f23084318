import { expect, it } from 'vitest';
import type { Item } from '../../lib/dynamodb/attributes.ts';
import type { Table } from '../../lib/dynamodb/table.ts';
import { parseUsd } from '../../lib/kernel/money.ts';
import { createDynamoDbUsageStore } from '../../lib/usage/dynamodb-store.ts';
import { NO_TOKENS, type UsageRecord } from '../../lib/usage/record.ts';

const RECORD: UsageRecord = {
  attemptId: 'run_01:0:1',
  runId: 'run_01',
  tenantId: 'acme',
  keyId: 'key-1',
  userId: null,
  agent: 'assistant',
  model: 'claude-opus-5-5',
  at: Date.parse('2026-11-20T13:00:00Z'),
  answered: true,
  estimated: null,
  tokens: { ...NO_TOKENS, inputTokens: 1, webSearchRequests: 2 },
  cost: parseUsd('0.020004'),
};

it('a record from before searches were booked reads as one without any', async () => {
  const items: Item[] = [];
  const table: Pick<Table, 'putNew' | 'get'> = {
    putNew: async (item) => items.push(item) > 0,
    get: async () => {
      const { webSearchRequests: _, ...older } = items[0] ?? {};
      return older;
    },
  };
  const store = createDynamoDbUsageStore(table as Table);
  await store.add(RECORD);
  expect(items[0]?.['webSearchRequests']).toEqual({ N: '2' });
  expect(await store.find('acme', RECORD.at, RECORD.attemptId)).toEqual({
    ...RECORD,
    tokens: { ...RECORD.tokens, webSearchRequests: 0 },
  });
});
