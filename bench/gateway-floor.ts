import type { BaseAnthropic } from '@anthropic-ai/sdk/client';
import { createSdkClient, throughSdk } from '../lib/dynamodb/client.ts';
import type { DynamoDb } from '../lib/dynamodb/types.ts';
import { loadClients } from '../lib/providers/anthropic/anthropic-client.ts';
import { TABLE_NAMES } from '../local/environment.ts';
import { systemClock } from '../local/system-clock.ts';
import { type Child, serveParent, startChild } from './gateway-child.ts';
import { MESSAGE } from './gateway-client.ts';
import { driveLoad, type Driven, type Load, now, type Timing, timingOf } from './gateway-load.ts';
import { rateInput, recordInput, reserveInput, settleInput } from './gateway-writes.ts';

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
const connect = (endpoint: string): DynamoDb =>
  throughSdk(createSdkClient({ endpoint, region: 'us-east-1', credentials: CREDENTIALS }, systemClock));

const callUpstream = async (client: BaseAnthropic, askedAt: bigint): Promise<Timing> => {
  const response = await client.post('/v1/messages', { body: { ...MESSAGE, stream: true } }).asResponse();
  const parts: Uint8Array[] = [];
  let firstAt = 0n;
  for await (const part of response.body ?? []) {
    firstAt ||= now();
    parts.push(part as Uint8Array);
  }
  return timingOf(askedAt, firstAt, now(), Buffer.concat(parts));
};

/** What a guarded call cannot do without, in the same order, and nothing around it. */
const floorOf = (dynamoDb: DynamoDb, client: BaseAnthropic) => {
  let calls = 0;
  return async (): Promise<Timing> => {
    const askedAt = now();
    const id = `run_01kbench${String((calls += 1)).padStart(18, '0')}:1:1`;
    const at = Date.now();
    const tables = { control: TABLE_NAMES.ControlTable, ledger: TABLE_NAMES.LedgerTable };
    await Promise.all([
      dynamoDb.send('UpdateItem', reserveInput(tables.ledger, id, at)),
      dynamoDb.send('UpdateItem', rateInput(tables.control, at)),
    ]);
    const { delayMs } = await callUpstream(client, askedAt);
    await dynamoDb.send('PutItem', recordInput(tables.ledger, id, at));
    await dynamoDb.send('UpdateItem', settleInput(tables.ledger, id, at));
    return { totalMs: Number(now() - askedAt) / 1e6, delayMs };
  };
};

if (import.meta.main) {
  const [, , endpoint = '', upstream = ''] = process.argv;
  const client = (await loadClients({ baseUrl: upstream, clock: systemClock }))({ id: 'bench', value: 'not-a-key' });
  const once = floorOf(connect(endpoint), client);
  serveParent('', (load: Load): Promise<Driven> => driveLoad(load, once));
}

/** Starts the loop in a process of its own; it runs when it is asked to. The tables have to be there. */
export const startFloor = (endpoint: string, upstream: string): Promise<Child<Load, Driven>> =>
  startChild('./gateway-floor.ts', [endpoint, upstream]);
