import { paginateScan } from '@aws-sdk/client-dynamodb';
import type { Item } from '../../lib/dynamodb/attributes.ts';
import { parseUsd, type PicoUsd, sum } from '../../lib/kernel/money.ts';
import { TABLE_NAMES } from '../../local/environment.ts';
import type { TestDynamoDb } from '../dynamodb.ts';
import type { SeenRequest } from '../upstream/recorder.ts';
import type { Caller } from './fleet.ts';

/** Every item of a table of the servers. */
export const itemsOf = async (engine: TestDynamoDb, table: keyof typeof TABLE_NAMES): Promise<Item[]> => {
  const input = { TableName: TABLE_NAMES[table], ConsistentRead: true };
  const pages = await Array.fromAsync(paginateScan({ client: engine.sdk }, input));
  return pages.flatMap(({ Items = [] }) => Items as Item[]);
};

/** One period of `GET /usage/budget`; money in pico-dollars. */
export interface Standing {
  readonly limit: PicoUsd | null;
  readonly spent: PicoUsd;
  readonly reserved: PicoUsd;
  readonly remaining: PicoUsd | null;
}

const usd = (text: string | null): PicoUsd | null => (text === null ? null : parseUsd(text));

type Shown = Record<'limitUsd' | 'spentUsd' | 'reservedUsd' | 'remainingUsd', string>;

/** What `GET /usage/budget` says. */
export const budgetOf = async (caller: Caller): Promise<Record<'day' | 'month', Standing>> => {
  const response = await caller.ask('/usage/budget');
  if (!response.ok) throw new Error(`the budget answered ${response.status}`);
  const { day, month } = (await response.json()) as Record<'day' | 'month', Shown>;
  const read = (shown: Shown): Standing => ({
    limit: usd(shown.limitUsd),
    spent: parseUsd(shown.spentUsd),
    reserved: parseUsd(shown.reservedUsd),
    remaining: usd(shown.remainingUsd),
  });
  return { day: read(day), month: read(month) };
};

/** A tenant's usage records as they are stored. */
export const recordsOf = async (engine: TestDynamoDb, tenantId: string): Promise<Item[]> =>
  (await itemsOf(engine, 'LedgerTable')).filter((item) => item['pk']?.S?.startsWith(`usage#${tenantId}#`));

/** The sum of those records. */
export const recordedCost = (records: readonly Item[]): PicoUsd =>
  sum(records.map((record) => BigInt(record['costPicoUsd']?.N ?? '0') as PicoUsd));

/** Claude Sonnet 5.5: 2 and 10 US dollars per million tokens, in pico-dollars a token. */
const INPUT = 2_000_000n;
const OUTPUT = 10_000_000n;

/** What the upstream bills for what it has sent, where that is plain input and output of Claude Sonnet 5.5. */
export const billedFor = (requests: readonly SeenRequest[]): PicoUsd =>
  sum(
    requests.map(({ billed }) =>
      billed === null ? (0n as PicoUsd) : ((BigInt(billed.input) * INPUT + BigInt(billed.output) * OUTPUT) as PicoUsd),
    ),
  );
