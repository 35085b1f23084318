import { type Item, type Key, keyOf, n, readNumber, readString, s } from '../dynamodb/attributes.ts';
import { loadText, storeText } from '../dynamodb/large-text.ts';
import type { Table } from '../dynamodb/table.ts';
import { type Clock, type EpochSeconds, epochSeconds, type Random } from '../kernel/clock.ts';
import type { RunRow, RunStatus, RunStore } from './types.ts';

export interface DynamoDbRunStoreOptions {
  readonly table: Table;
  readonly clock: Clock;
  readonly random: Random;
  /** How long a run is kept. */
  readonly retentionMs: number;
}

/** What is large, and is of no use to a list. */
type Content = Pick<RunRow, 'body' | 'steps'>;

const keyFor = (tenantId: string, runId: string): Key => ({ pk: `${tenantId}/${runId}`, sk: 'run' });

const headItem = (row: RunRow, expiresAt: EpochSeconds): Item => ({
  ...keyOf(keyFor(row.tenantId, row.runId)),
  runId: s(row.runId),
  tenantId: s(row.tenantId),
  // Sorts a tenant's runs by time in the index `byTenant`; run ids settle a tie.
  listKey: s(`${new Date(row.createdAt).toISOString()}#${row.runId}`),
  mode: s(row.mode),
  status: s(row.status),
  agent: s(row.agent),
  createdAt: n(row.createdAt),
  updatedAt: n(row.updatedAt),
  traceId: s(row.traceId),
  expiresAt: n(expiresAt),
});

const rowOf = (head: Item, content: Content): RunRow => ({
  runId: readString(head, 'runId'),
  tenantId: readString(head, 'tenantId'),
  mode: readString(head, 'mode') === 'async' ? 'async' : 'sync',
  status: readString(head, 'status') as RunStatus,
  agent: readString(head, 'agent'),
  createdAt: readNumber(head, 'createdAt'),
  updatedAt: readNumber(head, 'updatedAt'),
  traceId: readString(head, 'traceId'),
  body: content.body,
  steps: content.steps,
});

/** Runs in their own table: a head item by tenant and run, its body and trace beside it or in further items. */
export const createDynamoDbRunStore = ({ table, clock, random, retentionMs }: DynamoDbRunStoreOptions): RunStore => ({
  async add(row) {
    const expiresAt = epochSeconds(clock.now() + retentionMs);
    const content: Content = { body: row.body, steps: row.steps };
    const owner = { ...keyFor(row.tenantId, row.runId), expiresAt };
    const text = await storeText(table, owner, JSON.stringify(content), random);
    return table.putNew({ ...headItem(row, expiresAt), ...text }, { expiredBy: clock.now() });
  },

  async find(tenantId, runId) {
    const key = keyFor(tenantId, runId);
    const head = await table.get(key);
    // DynamoDB sweeps expired items within days, not at once.
    if (head === null || readNumber(head, 'expiresAt') * 1000 <= clock.now()) return null;
    return rowOf(head, JSON.parse(await loadText(table, key, head)) as Content);
  },
});
