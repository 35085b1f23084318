import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { reconcileTenant } from '../../lib/accounts/reconcile-tenant.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { seededRandom } from '../seeded-random.ts';
import { size } from '../sizes.ts';
import { type BillingUpstream, startBillingUpstream } from './billing-upstream.ts';
import { accountsOf, AMOUNT, costOf, GIVEN_UP, MONTH, monthOf, NOW, openBooks, recordsOf } from './parts.ts';
import { startCaller } from './start-caller.ts';

const SEED = 20261129;
const SCHEDULES = size(3, 60);
const CALLS = 40;
const AT_ONCE = 6;
const UNHELD_ABOVE = 2;
const NONE = { day: null, month: null };
/** Nothing of what was sent by then can arrive any more. */
const SWEPT = GIVEN_UP + 21 * 60_000;

vi.setConfig({ testTimeout: 600_000 });

describeOnDynamoDb('a process killed in calls that nobody holds', (engine) => {
  let upstream: BillingUpstream;
  beforeAll(async () => {
    upstream = await startBillingUpstream(seededRandom(SEED + 1));
  });
  afterAll(() => upstream.stop());

  const play = async (schedule: number, calls: number, turns: number): Promise<number> => {
    const tenantId = `unheld-killed-${schedule}`;
    const books = openBooks(engine().client, { parks: true });
    const waiting = async () => (await books.parking?.list())?.get(tenantId) ?? [];
    const caller = await startCaller({
      endpoint: engine().endpoint,
      upstream: upstream.url,
      tenantId,
      name: tenantId,
      fits: 0,
      seed: schedule,
      unheldAbove: UNHELD_ABOVE,
    });
    const reached = upstream.after(calls);
    const told = caller.tell({ do: 'call', count: CALLS, atOnce: AT_ONCE }).catch(() => null);
    await reached;
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    await caller.kill();
    await told;

    const reconcile = async (now: number) =>
      reconcileTenant(books, newTenant(tenantId, NOW), { now, parked: await waiting() });
    // What the process had sent may still arrive: given up is what is left once two looks in a row find nothing.
    for (let quiet = 0; quiet < 2;) quiet = (await reconcile(GIVEN_UP)).settled === 0 ? quiet + 1 : 0;

    const records = await recordsOf(books.usage, tenantId);
    const booked = costOf(records);
    const lost = records.filter(({ estimated }) => estimated === 'lost');
    for (const { attemptId, cost, estimated } of records)
      expect(cost, attemptId).toBe(estimated === 'lost' ? AMOUNT : upstream.billed.get(attemptId));
    const ids = new Set(records.map(({ attemptId }) => attemptId));
    const billed = [...upstream.billed.keys()].filter((attemptId) => attemptId.startsWith(`run_${tenantId}-`));
    expect(billed.filter((attemptId) => !ids.has(attemptId))).toEqual([]);
    expect(lost.length).toBeLessThanOrEqual(AT_ONCE);
    const { tenant, key, user } = accountsOf(tenantId, { tenant: NONE, key: NONE, user: NONE });
    expect(await monthOf(books, tenant)).toEqual({ day: booked, month: booked, open: [], unfinished: [] });

    await reconcile(SWEPT);
    expect(await waiting()).toEqual([]);
    for (const account of [tenant, key, user]) {
      const [month] = await books.store.months(account, MONTH, MONTH);
      expect(month?.adjustments ?? []).toEqual([]);
    }
    expect((await monthOf(books, tenant)).month).toBe(booked);
    return lost.filter(({ attemptId }) => upstream.billed.has(attemptId)).length;
  };

  it(`leaves nothing off the books in ${SCHEDULES} random schedules`, async () => {
    const random = seededRandom(SEED);
    let lost = 0;
    for (let schedule = 0; schedule < SCHEDULES; schedule += 1) {
      const calls = AT_ONCE + Math.floor(random() * (CALLS - 2 * AT_ONCE));
      const turns = Math.floor(random() * 60);
      lost += await play(schedule, calls, turns).catch((cause: unknown) => {
        throw new Error(`seed ${SEED}, schedule ${schedule}: ${calls} calls, ${turns} turns`, { cause });
      });
    }
    console.log(`${SCHEDULES} processes killed, ${lost} calls billed and booked at their bound`);
    expect(lost).toBeGreaterThan(0);
  });
});
