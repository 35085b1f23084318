import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { monthOf } from '../../lib/budget/account.ts';
import type { Item } from '../../lib/dynamodb/attributes.ts';
import { createSdkClient, throughSdk } from '../../lib/dynamodb/client.ts';
import type { DynamoDb } from '../../lib/dynamodb/types.ts';
import { systemClock } from '../../local/system-clock.ts';
import { startTestDynamoDb } from '../dynamodb.ts';
import { DUMMY_CONNECTION, TABLE_NAMES } from '../dynamodb-names.ts';
import { createSimulatedDynamoDb } from '../simulated-dynamodb.ts';
import { createVirtualClock, type VirtualClock } from '../virtual-clock.ts';
import { startThrottlingProxy } from './throttling-proxy.ts';

/** Where calls of a tenant meet at its items: a time, and a DynamoDB that throttles. */
export interface ItemWorld {
  readonly clock: Pick<VirtualClock, 'after' | 'monotonicMs' | 'now' | 'wait'>;
  readonly client: DynamoDb;
  readonly tables: { readonly ledger: string; readonly control: string };
  /** Passes until an instant, in epoch milliseconds. */
  runUntil(at: number): Promise<void>;
  /** Before each request. */
  latency(random: () => number): Promise<void>;
  /** How many requests were, so far. */
  throttled(): number;
  item(pk: string): Promise<Item>;
  /** After which all calls have their answer. */
  readonly drainMs: number;
}

/** Write units a second of a partition, as AWS publishes them. */
const UNITS = 1_000;

/** Virtual time, and a DynamoDB in memory. */
export const virtualWorld = (): ItemWorld => {
  const clock = createVirtualClock();
  const dynamoDb = createSimulatedDynamoDb({ now: () => clock.now(), unitsPerSecond: UNITS });
  return {
    clock,
    client: dynamoDb.client,
    tables: { ledger: 'ledger', control: 'control' },
    runUntil: (at) => clock.runUntil(at),
    latency: (random) => clock.wait(4 + random() * 3),
    throttled: () => dynamoDb.throttled,
    item: async (pk) => dynamoDb.item('ledger', pk) ?? {},
    drainMs: 600_000,
  };
};

/** The time of this machine, and the engine behind a proxy that throttles each partition at so many write units a second. */
export const engineWorld = async (unitsPerSecond: number): Promise<ItemWorld & AsyncDisposable> => {
  const engine = await startTestDynamoDb();
  const proxy = await startThrottlingProxy(engine.endpoint, unitsPerSecond);
  const sdk = createSdkClient({ ...DUMMY_CONNECTION, endpoint: proxy.url }, systemClock);
  const wait = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
  return {
    clock: { ...systemClock, wait },
    client: throughSdk(sdk),
    tables: { ledger: TABLE_NAMES.LedgerTable, control: TABLE_NAMES.ControlTable },
    runUntil: (at) => wait(Math.max(0, at - systemClock.now())),
    latency: async () => {},
    throttled: () => proxy.throttled(),
    async item(pk) {
      const Key = { pk: { S: pk }, sk: { S: monthOf(systemClock.now()) } };
      const { Item } = await engine.sdk.send(new GetItemCommand({ TableName: TABLE_NAMES.LedgerTable, Key }));
      return Item ?? {};
    },
    drainMs: 30_000,
    async [Symbol.asyncDispose]() {
      sdk.destroy();
      await proxy.close();
      await engine.stop();
    },
  };
};
