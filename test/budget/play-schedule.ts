import { expect } from 'vitest';
import { reconcileTenant } from '../../lib/accounts/reconcile-tenant.ts';
import type { Account } from '../../lib/budget/account.ts';
import { pico, type PicoUsd, ZERO } from '../../lib/kernel/money.ts';
import { settleAttempt } from '../../lib/model-call/booking/settle-attempt.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import type { TestDynamoDb } from '../dynamodb.ts';
import { createSequence, type PlannedFault } from './mortal-process.ts';
import {
  accountsOf,
  AMOUNT,
  askedOf,
  BILL,
  costOf,
  GIVEN_UP,
  monthOf,
  NOW,
  openBooks,
  promptClock,
  recordOf,
  recordsOf,
  reservationOf,
  tenantMonthOf,
} from './parts.ts';

export interface Scenario {
  readonly holders: 'tenant' | 'tenant, key and user' | 'tenant and key, refused by the user';
  /** Where faults begin: with the reservation, when its process is given up, or when a late owner comes back after that. */
  readonly from: 'reserve' | 'reconcile' | 'late settle';
  /** Default: the tenant's account has none. */
  readonly shards?: number;
}

interface Ended {
  readonly how: 'killed' | 'failed' | 'refused' | 'finished';
  /** Nothing had to be left for reconciling to guess. */
  readonly certain: boolean;
}

const NO_FAULT: readonly PlannedFault[] = [];
// Room for two: what is held twice by mistake must show, and not be refused.
const FITS = { day: pico(2n * AMOUNT), month: pico(2n * AMOUNT + 1n) };
const TOO_SMALL = { day: pico(AMOUNT - 1n), month: null };

/** Plays one call's life with its faults, looks on from outside after each request, and holds the books against the bill at its end. */
export const playSchedule = async (
  engine: TestDynamoDb,
  { holders, from, shards }: Scenario,
  tenantId: string,
  plan: readonly PlannedFault[] = NO_FAULT,
  maxAttempts = 3,
): Promise<number> => {
  const clean = openBooks(engine.client, { parks: true });
  const userLimits = holders === 'tenant and key, refused by the user' ? TOO_SMALL : FITS;
  const { tenant: account, key, user } = accountsOf(tenantId, { tenant: FITS, key: FITS, user: userLimits });
  const tenant = shards === undefined ? account : { ...account, shards };
  const others = holders === 'tenant' ? [] : [key, user];
  const asked = askedOf(tenantId);

  const inShard = shards === undefined ? {} : { shard: 1 };

  let billed: PicoUsd = ZERO;
  const violations: string[] = [];
  const observe = async () => {
    const before = billed;
    const { day, month } = await tenantMonthOf(clean, tenantId);
    if (day > FITS.day || month > FITS.month) violations.push(`${day} or ${month} is above the limit`);
    if (day < before || month < before) violations.push(`${day} or ${month} is below the bill of ${before}`);
    if (day !== month) violations.push(`${day} of the day is not ${month} of the month`);
  };
  const sequence = createSequence(engine.client, plan, observe);

  const reserveAndCall = async (books: typeof clean) => {
    const answer = await books.budgets.reserve({ reservation: asked, tenant, others });
    if (!answer.held) return null;
    // The upstream's own log: billed as soon as it is asked.
    billed = BILL;
    return answer.reservation;
  };
  const own = async (): Promise<Ended> => {
    const process = sequence.process();
    const books = openBooks(process.client, { maxAttempts, parks: true });
    const before =
      from === 'late settle' ? reservationOf(tenantId, { alsoHeldBy: others.map(scopeOf), ...inShard }) : null;
    const ended = await process.run(async () => {
      try {
        const held = before ?? (await reserveAndCall(books));
        if (held === null) return 'refused';
        await settleAttempt({ ...books, clock: promptClock }, held, recordOf(held, BILL));
        return 'finished';
      } catch {
        return 'failed';
      }
    });
    const gaveUp = books.events.some(({ type }) => type === 'usage.unrecorded' || type === 'budget.unsettled');
    // A reservation that failed at one request is given back by the next.
    const givenBack = ended === 'failed' && plan.length === 1;
    return { how: ended, certain: ended === 'refused' || givenBack || (ended === 'finished' && !gaveUp) };
  };
  const later = newTenant(tenantId, NOW);
  const lookAt = async ({ parking }: typeof clean) => ({
    now: GIVEN_UP,
    parked: (await parking?.list())?.get(tenantId) ?? [],
  });
  const reconcile = async (books: typeof clean) => reconcileTenant(books, later, await lookAt(books));
  const reconcileMortally = async () => {
    const process = sequence.process();
    const books = openBooks(process.client, { maxAttempts, parks: true });
    // One whose store fails leaves the rest to the next.
    await process.run(() => reconcile(books).catch(() => undefined));
  };

  let owner: Ended = { how: 'killed', certain: false };
  if (from !== 'reserve') await reserveAndCall(clean);
  if (from === 'late settle') await reconcileMortally();
  if (from !== 'reconcile') owner = await own();
  await reconcileMortally();
  await reconcile(clean);

  const schedule = JSON.stringify({ holders, from, shards, plan, owner });
  expect(violations, schedule).toEqual([]);
  const records = await recordsOf(clean.usage, tenantId);
  const booked = costOf(records);
  const ended = await tenantMonthOf(clean, tenantId);
  expect(ended, schedule).toEqual({ day: booked, month: booked, open: [], unfinished: [] });
  if (owner.certain) expect(booked, schedule).toBe(billed);
  else if (booked !== billed) {
    expect(booked, schedule).toBe(AMOUNT);
    expect(records, schedule).toMatchObject([{ estimated: 'lost', answered: false }]);
  }
  for (const other of others) {
    const { day, month, open, unfinished } = await monthOf(clean, other);
    expect([day - month, open, unfinished], schedule).toEqual([0n, [], []]);
    // Who died while reserving had sent nothing, and may not have asked all of them yet.
    if (billed > 0n || owner.certain) expect(day, schedule).toBe(booked);
    else expect([0n, booked], schedule).toContain(day);
  }
  await admitsWhatFits(booked);
  return sequence.requests;

  async function admitsWhatFits(spent: PicoUsd) {
    const limits = { day: pico(spent + AMOUNT), month: pico(spent + AMOUNT) };
    const next = askedOf(tenantId, { attemptId: 'run_02:1:1', at: GIVEN_UP });
    const answer = await clean.budgets.reserve({ reservation: next, tenant: { ...tenant, limits }, others: [] });
    expect(answer.held, schedule).toBe(true);
  }
};

const scopeOf = ({ scope }: Pick<Account, 'scope'>) => (scope === 'user' ? 'user' : 'key');
