import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { createSdkClient } from '../lib/dynamodb/sdk-client.ts';
import { createSignedDynamoDb } from '../lib/dynamodb/signed-client.ts';
import type { DynamoDb } from '../lib/dynamodb/types.ts';
import { TABLE_NAMES } from '../local/environment.ts';
import { systemClock } from '../local/system-clock.ts';
import { recordInput, reserveInput, settleInput } from './gateway-writes.ts';
import { openLedger } from './ledger.ts';
import { median } from './median.ts';
import type { Section } from './section.ts';

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
const REGION = 'us-east-1';
const SDK = 'the SDK’s client';

/** Calls of a turn, each of three writes, and how many turns count. */
export interface CostEffort {
  readonly rounds: number;
  readonly calls: number;
}

const FULL: CostEffort = { rounds: 9, calls: 100 };
const WARM_UP = 3;
const WRITES = 3;
const AT_ONCE = 10;

type Writes = (id: string, at: number) => Promise<unknown>;

const table = TABLE_NAMES.LedgerTable;

const throughOurs =
  (client: DynamoDb): Writes =>
  async (id, at) => {
    await client.send('UpdateItem', reserveInput(table, id, at));
    await client.send('PutItem', recordInput(table, id, at));
    await client.send('UpdateItem', settleInput(table, id, at));
  };

const costOf = async (writes: Writes, name: string, calls: number): Promise<number> => {
  let begun = 0;
  const before = process.cpuUsage();
  const work = async () => {
    while (begun < calls) await writes(`${name}-${(begun += 1)}:1:1`, Date.now());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (calls * WRITES);
};

/** Measures what one write costs this process through the SDK's client, and through one that does no more than it must. */
export const leanClientCost = async (endpoint: string, { rounds, calls }: CostEffort = FULL): Promise<Section> => {
  await using tables = await openLedger(endpoint);
  void tables;
  const sdk = createSdkClient({ endpoint, region: REGION, credentials: CREDENTIALS });
  const credentials = { ...CREDENTIALS, sessionToken: null };
  const ours = createSignedDynamoDb({ endpoint, region: REGION, credentials }, systemClock);
  const ways = new Map<string, Writes>([
    [
      SDK,
      async (id, at) => {
        await sdk.send(new UpdateItemCommand(reserveInput(table, id, at)));
        await sdk.send(new PutItemCommand(recordInput(table, id, at)));
        await sdk.send(new UpdateItemCommand(settleInput(table, id, at)));
      },
    ],
    ['Ballast’s own', throughOurs(ours)],
  ]);
  const costs = new Map<string, number[]>([...ways.keys()].map((name) => [name, []]));
  for (let round = 0; round < WARM_UP + rounds; round += 1)
    for (const [name, writes] of ways) {
      const cost = await costOf(writes, `${name}-${round}`, calls);
      if (round >= WARM_UP) costs.get(name)?.push(cost);
    }
  for (const client of [sdk, ours]) client.destroy();
  const ofSdk = costs.get(SDK) ?? [];
  return {
    title: 'The DynamoDB client, against the SDK’s',
    columns: ['', 'CPU a write, µs', 'of the SDK’s'],
    rows: [...costs].map(([name, all]) => [
      name,
      median(all).toFixed(0),
      median(all.map((cost, at) => cost / (ofSdk[at] ?? NaN))).toFixed(2),
    ]),
    meaning:
      `CPU of this process alone; reservation, record and settlement one after the other, ${AT_ONCE} calls at a time, the ` +
      `embedded engine in memory in another process. Medians of ${rounds} turns of ${calls} calls, all ways by turns, and of ` +
      'the ratios of each turn. Both sign; why there are two is in [ADR 0017](adr/0017-lean-dynamodb-client.md).',
    breaches: [],
  };
};
