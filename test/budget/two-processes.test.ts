import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { type PicoUsd, sum } from '../../lib/kernel/money.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { seededRandom } from '../seeded-random.ts';
import { size } from '../sizes.ts';
import { type BillingUpstream, startBillingUpstream } from './billing-upstream.ts';
import { accountsOf, AMOUNT, costOf, monthOf, openBooks, recordsOf } from './parts.ts';
import { type Caller, startCaller } from './start-caller.ts';
import { watchTenant } from './watch-tenant.ts';

// Processes start slowly where many do.
vi.setConfig({ testTimeout: 600_000 });

const CALLS = 200;
const FITS = 13;
const NO_LIMIT = { day: null, month: null };

describeOnDynamoDb('a budget over two processes', (engine) => {
  const callers: Caller[] = [];
  let upstream: BillingUpstream;
  let tenants = 0;
  beforeAll(async () => {
    upstream = await startBillingUpstream(seededRandom(20261123));
  });
  afterAll(() => upstream.stop());
  afterEach(() => Promise.all(callers.splice(0).map((caller) => caller.kill())));

  const start = async () => {
    const tenantId = `two-${(tenants += 1)}`;
    const { tenant, key, user } = accountsOf(tenantId, { tenant: NO_LIMIT, key: NO_LIMIT, user: NO_LIMIT });
    const ours = { endpoint: engine().endpoint, upstream: upstream.url, tenantId, fits: FITS };
    const pair = await Promise.all(
      ['a', 'b'].map((name, seed) => startCaller({ ...ours, name: `${tenantId}${name}`, seed })),
    );
    callers.push(...pair);
    return { tenantId, accounts: [tenant, key, user], pair, books: openBooks(engine().client) };
  };
  const billed = (attempts: readonly string[]): PicoUsd =>
    sum(attempts.flatMap((attemptId) => upstream.billed.get(attemptId) ?? []));

  it(`lets exactly ${FITS} of ${CALLS} simultaneous calls pass, and has them on the books to the last unit`, async () => {
    const { tenantId, accounts, pair, books } = await start();
    const half = { do: 'reserve', count: CALLS / 2 } as const;
    const asked = await Promise.all(pair.map((caller) => caller.tell(half)));
    const passed = asked.flatMap((told) => told.passed);
    expect(passed).toHaveLength(FITS);
    for (const account of accounts)
      expect(await monthOf(books, account)).toMatchObject({ day: AMOUNT * BigInt(FITS), open: { length: FITS } });

    const settled = await Promise.all(pair.map((caller) => caller.tell({ do: 'settle' })));
    expect(settled.flatMap((told) => told.passed).sort()).toEqual([...passed].sort());
    const records = await recordsOf(books.usage, tenantId);
    expect(records).toHaveLength(FITS);
    expect(costOf(records)).toBe(billed(passed));
    for (const account of accounts) {
      const spent = billed(passed);
      expect(await monthOf(books, account)).toEqual({ day: spent, month: spent, open: [], unfinished: [] });
    }
  });

  it('stays within the limit at every instant while calls are reserved and settled, and loses none of them', async () => {
    for (let round = 0; round < size(1, 10); round += 1) {
      const { tenantId, accounts, pair, books } = await start();
      const limit = AMOUNT * BigInt(FITS);
      const watch = watchTenant(books, tenantId, limit, upstream);
      const order = { do: 'call', count: CALLS / 2, atOnce: CALLS / 2 } as const;
      const told = await Promise.all(pair.map((caller) => caller.tell(order)));
      const { looks, violations } = await watch.stop();
      const passed = told.flatMap((each) => each.passed);
      expect(violations).toEqual([]);
      expect(looks).toBeGreaterThan(5);
      expect(passed.length + told.reduce((refused, each) => refused + each.refused, 0)).toBe(CALLS);
      expect(passed.length).toBeGreaterThan(0);
      const records = await recordsOf(books.usage, tenantId);
      expect(records.map(({ attemptId }) => attemptId).sort()).toEqual([...passed].sort());
      for (const { attemptId, cost } of records) expect(cost).toBe(upstream.billed.get(attemptId));
      for (const account of accounts) {
        const spent = billed(passed);
        expect(await monthOf(books, account)).toEqual({ day: spent, month: spent, open: [], unfinished: [] });
      }
    }
  });
});
