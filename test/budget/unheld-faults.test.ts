import { expect, it, vi } from 'vitest';
import { reconcileTenant } from '../../lib/accounts/reconcile-tenant.ts';
import { type PicoUsd, ZERO } from '../../lib/kernel/money.ts';
import { settleAttempt } from '../../lib/model-call/booking/settle-attempt.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { describeOnDynamoDb, type TestDynamoDb } from '../dynamodb.ts';
import { size } from '../sizes.ts';
import { enumerateFaults } from './enumerate-faults.ts';
import { createSequence, type PlannedFault } from './mortal-process.ts';
import {
  accountsOf,
  AMOUNT,
  askedOf,
  BILL,
  costOf,
  GIVEN_UP,
  MONTH,
  monthOf,
  NOW,
  openBooks,
  promptClock,
  recordOf,
  recordsOf,
  reservationOf,
} from './parts.ts';

vi.setConfig({ testTimeout: 600_000 });

const NONE = { day: null, month: null };
const UNLIMITED = { tenant: NONE, key: NONE, user: NONE };
/** Nothing of what was sent by then can arrive any more. */
const SWEPT = GIVEN_UP + 21 * 60_000;

interface Scenario {
  readonly holders: 'tenant' | 'tenant, key and user';
  /** `late`: its process comes back when its call was given up already; `very late`: when nothing is noted of it any more. */
  readonly owner: 'prompt' | 'late' | 'very late';
}

/** Plays the life of one call that nobody holds, with its faults; resolves to the number of its requests. */
const play = async (
  engine: TestDynamoDb,
  { holders, owner }: Scenario,
  tenantId: string,
  plan: readonly PlannedFault[],
  maxAttempts = 3,
): Promise<number> => {
  const options = { parks: true, maxOpen: 0 };
  const clean = openBooks(engine.client, options);
  const { tenant, key, user } = accountsOf(tenantId, UNLIMITED);
  const others = holders === 'tenant' ? [] : [key, user];
  // An item that never held anything counts nothing yet, and lets one in.
  const before = reservationOf(tenantId, { attemptId: 'run_00:1:1' });
  await openBooks(engine.client).store.reserve(tenant, before);
  await clean.store.settle(tenant, before, ZERO);
  let billed: PicoUsd = ZERO;
  const sequence = createSequence(engine.client, plan, async () => undefined);
  const reconcile = async (books: typeof clean, now = GIVEN_UP) => {
    const parked = (await books.parking?.list())?.get(tenantId) ?? [];
    return reconcileTenant(books, newTenant(tenantId, NOW), { now, parked });
  };
  const reconcileMortally = async () => {
    const process = sequence.process();
    await process.run(() => reconcile(openBooks(process.client, { ...options, maxAttempts })).catch(() => undefined));
  };
  const process = sequence.process();
  const books = openBooks(process.client, { ...options, maxAttempts });
  const how = await process.run(async () => {
    try {
      const answer = await books.budgets.reserve({ reservation: askedOf(tenantId), tenant, others });
      if (!answer.held || !answer.reservation.unheld) return 'refused';
      billed = BILL;
      if (owner === 'late') await reconcileMortally();
      if (owner === 'very late') await reconcile(clean);
      if (owner === 'very late') await reconcile(clean, SWEPT);
      await settleAttempt({ ...books, clock: promptClock }, answer.reservation, recordOf(answer.reservation, BILL));
      return 'finished';
    } catch {
      return 'failed';
    }
  });
  await reconcileMortally();
  await reconcile(clean);
  await reconcile(clean);

  expect(how).not.toBe('refused');
  const schedule = JSON.stringify({ holders, owner, plan, how });
  const records = await recordsOf(clean.usage, tenantId);
  const booked = costOf(records);
  const gaveUp = books.events.some(({ type }) => type === 'usage.unrecorded' || type === 'budget.unsettled');
  const isCertain = (how === 'finished' && !gaveUp) || (how === 'failed' && plan.length === 1);
  if (isCertain) expect(booked, schedule).toBe(billed);
  else if (booked !== billed) {
    expect(booked, schedule).toBe(AMOUNT);
    expect(records, schedule).toMatchObject([{ estimated: 'lost', answered: false }]);
  }
  for (const account of [tenant, ...others])
    expect({ of: account.scope, ...(await monthOf(clean, account)) }, schedule).toEqual({
      of: account.scope,
      day: booked,
      month: booked,
      open: [],
      unfinished: [],
    });

  await reconcile(clean, SWEPT);
  expect((await clean.parking?.list())?.get(tenantId), schedule).toBeUndefined();
  for (const account of [tenant, ...others]) {
    const [month] = await clean.store.months(account, MONTH, MONTH);
    const marks = (month?.adjustments ?? []).filter(({ attemptId }) => !attemptId.endsWith(':adjusted'));
    expect(marks, schedule).toEqual([]);
    expect(month?.month ?? ZERO, schedule).toBe(booked);
  }
  return sequence.requests;
};

const SCENARIOS: readonly (Scenario & {
  readonly requests: number;
  /** One in how many double faults is played outside the full run; no multiple of three, so that each kind has its turn. */
  readonly oneIn: number;
})[] = [
  { holders: 'tenant', owner: 'prompt', requests: 9, oneIn: 16 },
  { holders: 'tenant, key and user', owner: 'prompt', requests: 13, oneIn: 32 },
  { holders: 'tenant', owner: 'late', requests: 17, oneIn: 64 },
  { holders: 'tenant, key and user', owner: 'very late', requests: 15, oneIn: 64 },
  { holders: 'tenant, key and user', owner: 'late', requests: 23, oneIn: 256 },
];

describeOnDynamoDb('the books of a call that nobody holds', (engine) => {
  let tenants = 0;

  it.each(SCENARIOS.flatMap((scenario) => [3, 1].map((tries) => ({ ...scenario, tries }))))(
    'are right whatever one or two faults do ($holders, a $owner owner, $tries tries)',
    async ({ tries, oneIn, ...scenario }) => {
      const playOne = (plan: readonly PlannedFault[]) =>
        play(engine(), scenario, `unheld-${(tenants += 1)}`, plan, tries);
      const { played, singles, doubles, requests } = await enumerateFaults(playOne, size(oneIn, 1));
      console.log(`${scenario.holders}, ${scenario.owner}: ${singles} single, ${doubles} double, ${played} played`);
      expect(requests).toBe(scenario.requests);
    },
  );
});
