import { type Item, keyOf, n, readNumber, readString, s } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { hourOf } from './hour.ts';
import type { ToolCall, ToolUsageRecord, ToolUsageStore } from './tool-record.ts';

const partitionKey = (tenantId: string, at: number): string => `tool-usage#${tenantId}#${hourOf(at)}`;

type Written = readonly (readonly [tool: string, durationMs: number, isError: 0 | 1])[];

// One text: a thousand calls take some 30 KB, where a list of maps would take four times as much.
const write = (calls: readonly ToolCall[]): string =>
  JSON.stringify(calls.map(({ tool, durationMs, isError }) => [tool, durationMs, isError ? 1 : 0]) satisfies Written);

const read = (text: string): ToolCall[] =>
  (JSON.parse(text) as Written).map(([tool, durationMs, isError]) => ({ tool, durationMs, isError: isError === 1 }));

const toItem = ({ tenantId, runId, at, calls }: ToolUsageRecord): Item => ({
  ...keyOf({ pk: partitionKey(tenantId, at), sk: runId }),
  tenantId: s(tenantId),
  at: n(at),
  calls: s(write(calls)),
});

const fromItem = (item: Item): ToolUsageRecord => ({
  tenantId: readString(item, 'tenantId'),
  runId: readString(item, 'sk'),
  at: readNumber(item, 'at'),
  calls: read(readString(item, 'calls')),
});

/** Tool usage in the ledger table. */
export const createDynamoDbToolUsageStore = (table: Pick<Table, 'query' | 'putNew'>): ToolUsageStore => ({
  add: (record) => table.putNew(toItem(record)),
  async *inHour(tenantId, at) {
    for await (const item of table.query(partitionKey(tenantId, at), '')) yield fromItem(item);
  },
});
