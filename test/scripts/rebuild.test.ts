import { BatchWriteItemCommand, CreateTableCommand, DescribeTableCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { keyAccount, monthOf, stageAccount, tenantAccount, userAccount } from '../../lib/budget/account.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createDynamoDbBudgetStore } from '../../lib/budget/dynamodb-store.ts';
import { createTable, type Table } from '../../lib/dynamodb/table.ts';
import { bookedName, pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import { formatUsd, parseUsd } from '../../lib/kernel/money.ts';
import { createDynamoDbTenantStore } from '../../lib/tenants/dynamodb-store.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { createDynamoDbUsageStore } from '../../lib/usage/dynamodb-store.ts';
import { NO_TOKENS } from '../../lib/usage/record.ts';
import { createDynamoDbRollupStore } from '../../lib/usage/reports/rollups/dynamodb-rollup-store.ts';
import { TOTALS } from '../../lib/usage/reports/totals.ts';
import { describeOnDynamoDb, type TestDynamoDb } from '../dynamodb.ts';
import { DUMMY_CONNECTION } from '../dynamodb-names.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { runCommand, stageLedger } from './stage.ts';

const HOUR_MS = 3_600_000;
const LIMITS = { day: parseUsd('100'), month: parseUsd('1000') };

const booksIn = (ledger: Table) => {
  const budgets = createDynamoDbBudgetStore(ledger);
  const usage = createDynamoDbUsageStore(ledger);
  const accounts = { tenant: tenantAccount('acme', LIMITS), key: keyAccount('acme', 'key-1', LIMITS) };
  const others = [accounts.key, userAccount('acme', 'jo', LIMITS), stageAccount(LIMITS)];
  /** A call as it is made: reserved, recorded, settled; as far as `until`. */
  const call = async (attemptId: string, at: number, costUsd: string, until: 'held' | 'recorded' | 'settled') => {
    const facts = { tenantId: 'acme', keyId: 'key-1', agent: 'assistant', model: 'claude-sonnet-5-5', attemptId, at };
    const asked = { ...facts, userId: 'jo', amount: parseUsd('2') };
    const answer = await createBudgets(budgets).reserve({ reservation: asked, tenant: accounts.tenant, others });
    if (!answer.held) throw new Error('refused');
    if (until === 'held') return;
    const userId = bookedName(pseudonymOf('jo'));
    const record = { ...facts, userId, runId: attemptId, answered: true, estimated: null, tokens: NO_TOKENS };
    await usage.add({ ...record, cost: parseUsd(costUsd) });
    if (until === 'settled') await createBudgets(budgets).settle(answer.reservation, parseUsd(costUsd));
  };
  /** What each account says of the month, spent and held together. */
  const counters = async (at: number) => {
    const name = monthOf(at);
    const months = [accounts.tenant, ...others].map(({ pk }) => budgets.month({ pk }, name));
    return (await Promise.all(months)).map((month) => month && formatUsd(month.month));
  };
  const days = async (at: number) => (await budgets.month(accounts.tenant, monthOf(at)))?.days;
  const rollups = createDynamoDbRollupStore(ledger, seededRandom(1));
  return { tenants: createDynamoDbTenantStore(ledger), call, counters, days, rollups };
};

/** A table beside the ledger with what that has now: what a restore to this instant makes. */
const restore = async ({ sdk, client }: TestDynamoDb, from: string, name: string): Promise<Table> => {
  const { Table: own } = await sdk.send(new DescribeTableCommand({ TableName: from }));
  const { AttributeDefinitions, KeySchema } = own ?? {};
  const made = { TableName: name, AttributeDefinitions, KeySchema, BillingMode: 'PAY_PER_REQUEST' as const };
  await sdk.send(new CreateTableCommand(made));
  const { Items = [] } = await sdk.send(new ScanCommand({ TableName: from, ConsistentRead: true }));
  for (let first = 0; first < Items.length; first += 25) {
    const puts = Items.slice(first, first + 25).map((Item) => ({ PutRequest: { Item } }));
    await sdk.send(new BatchWriteItemCommand({ RequestItems: { [name]: puts } }));
  }
  return createTable({ client, name, clock: createFakeClock(), random: seededRandom(1) });
};

describeOnDynamoDb('npm run reconcile -- --rebuild', (engine) => {
  // A real process has a real clock.
  const now = Math.floor(performance.timeOrigin);
  const longAgo = now - 5 * 3_600_000;
  const { region: AWS_REGION, credentials } = DUMMY_CONNECTION;
  const { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY } = credentials;
  const AWS = { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };

  const rebuild = (stage: string, ...words: string[]) => {
    const { PATH = '' } = process.env;
    const tables = { LEDGER_TABLE: `ballast-${stage}-ledger-2`, RUNS_TABLE: `ballast-${stage}-runs` };
    const of = { AWS_ENDPOINT_URL_DYNAMODB: engine().endpoint, ...tables };
    return runCommand('reconcile', ['--stage', stage, '--rebuild', ...words], { PATH, ...AWS, ...of });
  };
  const world = async (stage: string) => {
    const books = booksIn(await stageLedger(engine(), stage));
    await books.tenants.add(newTenant('acme', longAgo));
    await books.call('run_a:1:1', longAgo, '0.5', 'settled');
    await books.call('run_b:1:1', longAgo, '0.25', 'recorded');
    const restored = await restore(engine(), `ballast-${stage}-ledger`, `ballast-${stage}-ledger-2`);
    return { books, restored, after: booksIn(restored) };
  };

  it('sets the counters of a restored table to its records, and to what is held', async () => {
    const { after, restored } = await world('one');
    await after.call('run_c:1:1', now, '0.1', 'held');
    // What no restore makes, and half a repair does.
    await restored.update({ pk: 'budget#acme', sk: monthOf(longAgo) }, { add: { month: 7n } }, { has: ['month'] });
    const said = await rebuild('one');
    expect(said).toMatchObject({ code: 0, stderr: expect.stringContaining('ballast-one-ledger-2') as string });
    expect(said.stdout).toContain('1 counter(s) made anew, 0 left');
    // 0.5 and 0.25 are spent, 2 is held.
    if (monthOf(longAgo) === monthOf(now)) expect(await after.counters(now)).toEqual(Array(4).fill('2.75'));
    expect((await rebuild('one')).stdout).toContain('0 counter(s) made anew');
  });

  it('brings over what the table that was left has recorded since, so that the money is that of all records', async () => {
    const { books, after } = await world('two');
    await rebuild('two');
    await books.call('run_d:1:1', longAgo, '0.75', 'settled');
    const said = await rebuild('two', '--records-from', 'ballast-two-ledger', '--json');
    expect(said.code).toBe(0);
    expect(JSON.parse(said.stdout)).toMatchObject({ brought: 1, rebuilt: { left: [] } });
    expect(await after.counters(longAgo)).toEqual(Array(4).fill('1.5'));
    const sum = [...((await after.days(longAgo)) ?? [])].reduce((total, [, cost]) => total + cost, 0n);
    expect(sum).toBe(parseUsd('1.5'));
    // Reports too, although the hour had been summed up before.
    const reported: string[] = [];
    for await (const { groups } of after.rollups.inRange('acme', 'day', { from: longAgo - HOUR_MS, to: now }))
      for (const [, figures] of groups) reported.push(formatUsd(TOTALS.read(figures).cost));
    expect(reported).toEqual(['1.5']);
  });

  it('leaves a table alone whose counters are right', async () => {
    const { after } = await world('three');
    expect((await rebuild('three')).stdout).toContain('0 counter(s) made anew, 0 left, 0 hour(s)');
    expect(await after.counters(longAgo)).toEqual(Array(4).fill('0.75'));
  });
});
