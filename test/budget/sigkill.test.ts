import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { reconcileTenant } from '../../lib/accounts/reconcile-tenant.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { seededRandom } from '../seeded-random.ts';
import { size } from '../sizes.ts';
import { type BillingUpstream, startBillingUpstream } from './billing-upstream.ts';
import { accountsOf, AMOUNT, costOf, GIVEN_UP, monthOf, NOW, openBooks, recordsOf } from './parts.ts';
import { type Caller, startCaller } from './start-caller.ts';
import { watchTenant } from './watch-tenant.ts';

const SEED = 20261124;
const SCHEDULES = size(5, 200);
const CALLS = 40;
const AT_ONCE = 6;
const FITS = 50;
const NO_LIMIT = { day: null, month: null };

vi.setConfig({ testTimeout: 600_000 });

describeOnDynamoDb('a process killed at any moment', (engine) => {
  let upstream: BillingUpstream;
  beforeAll(async () => {
    upstream = await startBillingUpstream(seededRandom(SEED + 1));
  });
  afterAll(() => upstream.stop());

  const start = (schedule: number) => {
    const ours = { endpoint: engine().endpoint, upstream: upstream.url, tenantId: `killed-${schedule}`, fits: FITS };
    return startCaller({ ...ours, name: `killed-${schedule}`, seed: schedule });
  };

  const play = async (caller: Caller, schedule: number, calls: number, turns: number): Promise<number> => {
    const tenantId = `killed-${schedule}`;
    const books = openBooks(engine().client);
    const watch = watchTenant(books, tenantId, AMOUNT * BigInt(FITS), upstream);
    const reached = upstream.after(calls);
    const told = caller.tell({ do: 'call', count: CALLS, atOnce: AT_ONCE }).catch(() => null);
    await reached;
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    await caller.kill();
    await told;

    const reconcile = () => reconcileTenant(books, newTenant(tenantId, NOW), GIVEN_UP);
    // What the process had sent may still arrive: given up is what is left once two looks in a row find nothing.
    for (let quiet = 0; quiet < 2;) quiet = (await reconcile()).settled === 0 ? quiet + 1 : 0;
    const { violations } = await watch.stop();
    expect(violations).toEqual([]);

    const records = await recordsOf(books.usage, tenantId);
    const booked = costOf(records);
    const { tenant, key, user } = accountsOf(tenantId, { tenant: NO_LIMIT, key: NO_LIMIT, user: NO_LIMIT });
    expect(await monthOf(books, tenant)).toEqual({ day: booked, month: booked, open: [], unfinished: [] });
    const lost = records.filter(({ estimated }) => estimated === 'lost');
    for (const { attemptId, cost, estimated } of records)
      expect(cost, attemptId).toBe(estimated === 'lost' ? AMOUNT : upstream.billed.get(attemptId));
    // No more were under way at any time.
    expect(lost.length).toBeLessThanOrEqual(AT_ONCE);
    const unbooked = [...upstream.billed.keys()].filter((attemptId) => attemptId.startsWith(`run_${tenantId}-`));
    for (const { attemptId } of records)
      unbooked.splice(unbooked.indexOf(attemptId), unbooked.includes(attemptId) ? 1 : 0);
    expect(unbooked).toEqual([]);
    // A call that was killed before all accounts held it was never sent.
    const sent = costOf(records.filter(({ attemptId }) => upstream.billed.has(attemptId)));
    for (const account of [key, user]) {
      const { day, open } = await monthOf(books, account);
      expect(open).toEqual([]);
      expect(day).toBeGreaterThanOrEqual(sent);
      expect(day).toBeLessThanOrEqual(booked);
    }
    return lost.length;
  };

  it(`leaves nothing off the books in ${SCHEDULES} random schedules, and nothing but its calls in flight as estimates`, async () => {
    const random = seededRandom(SEED);
    let lost = 0;
    let next = start(0);
    for (let schedule = 0; schedule < SCHEDULES; schedule += 1) {
      const calls = 1 + Math.floor(random() * (CALLS - AT_ONCE));
      const turns = Math.floor(random() * 60);
      const caller = await next;
      // A process takes longer to start than a schedule to play.
      if (schedule + 1 < SCHEDULES) next = start(schedule + 1);
      lost += await play(caller, schedule, calls, turns).catch((cause: unknown) => {
        throw new Error(`seed ${SEED}, schedule ${schedule}: ${calls} calls, ${turns} turns`, { cause });
      });
    }
    console.log(`${SCHEDULES} processes killed, ${lost} calls in flight`);
    expect(lost).toBeGreaterThan(0);
  });
});
