import { createParking, type Parking } from '../../lib/accounts/parking.ts';
import type { ReconcileTenantParts } from '../../lib/accounts/reconcile-tenant.ts';
import { SETTLE_MARGIN_MS } from '../../lib/accounts/settle-patience.ts';
import {
  type Account,
  keyAccount,
  type Limits,
  tenantAccount,
  userAccount,
  userHashOf,
} from '../../lib/budget/account.ts';
import { type AskedReservation, createBudgets } from '../../lib/budget/budgets.ts';
import { createDynamoDbBudgetStore } from '../../lib/budget/dynamodb-store.ts';
import type { Reservation } from '../../lib/budget/reservation.ts';
import { tenantMonths } from '../../lib/budget/shards/whole-month.ts';
import type { AccountMonth } from '../../lib/budget/store.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import type { DynamoDb } from '../../lib/dynamodb/types.ts';
import type { Clock, Random } from '../../lib/kernel/clock.ts';
import { pico, type PicoUsd, sum } from '../../lib/kernel/money.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { createDynamoDbUsageStore } from '../../lib/usage/dynamodb-store.ts';
import { NO_TOKENS, type UsageRecord, type UsageStore } from '../../lib/usage/record.ts';
import { TABLE_NAMES } from '../dynamodb-names.ts';
import { seededRandom } from '../seeded-random.ts';

export const NOW = Date.UTC(2026, 10, 20, 12);
export const DAY = '2026-11-20';
export const MONTH = '2026-11';
export const LONGEST_CALL_MS = 1_200_000;
/** When a reservation of `NOW` belongs to a process that is no more. */
export const GIVEN_UP = NOW + LONGEST_CALL_MS + SETTLE_MARGIN_MS;
/** Primes, so that no two mistakes cancel each other out. */
export const AMOUNT = pico(500_000_000_003n);
export const BILL = pico(123_456_791n);

/** Stands still, and waits for nobody: pauses end in the next turn. */
export const promptClock: Clock = {
  now: () => NOW,
  monotonicMs: () => 0,
  after: (_ms, act) => {
    const turn = setImmediate(act);
    return () => clearImmediate(turn);
  },
};

/** As the item names the end user. */
export const USER_HASH = userHashOf('user|1');

export const reservationOf = (tenantId: string, change: Partial<Reservation> = {}): Reservation => ({
  attemptId: 'run_01:1:1',
  tenantId,
  at: NOW,
  amount: AMOUNT,
  keyId: 'key-1',
  userHash: USER_HASH,
  agent: 'assistant',
  model: 'claude-sonnet-5-5',
  alsoHeldBy: [],
  ...change,
});

/** What a call asks for, whose user it knows by name. */
export const askedOf = (tenantId: string, change: Partial<AskedReservation> = {}): AskedReservation => {
  const { alsoHeldBy: _, userHash: __, ...facts } = reservationOf(tenantId);
  return { ...facts, userId: 'user|1', ...change };
};

export const recordOf = (
  { attemptId, tenantId, at, keyId, agent, model }: Reservation,
  cost: PicoUsd,
): UsageRecord => ({
  attemptId,
  tenantId,
  at,
  keyId,
  agent,
  model,
  userId: 'user|1',
  runId: attemptId.split(':')[0] ?? '',
  answered: true,
  estimated: null,
  tokens: NO_TOKENS,
  cost,
});

export const accountsOf = (tenantId: string, limits: Record<'tenant' | 'key' | 'user', Limits>) => ({
  tenant: tenantAccount(tenantId, limits.tenant),
  key: keyAccount(tenantId, 'key-1', limits.key),
  user: userAccount(tenantId, 'user|1', limits.user),
});

export interface Books extends ReconcileTenantParts {
  readonly store: ReturnType<typeof createDynamoDbBudgetStore>;
  readonly budgets: ReturnType<typeof createBudgets>;
  readonly parking: Parking | undefined;
  readonly events: BallastEvent[];
}

export interface BooksOptions {
  /** Requests that one operation may send. */
  readonly maxAttempts?: number;
  readonly random?: Random;
  /** Whether there is a place where attempts wait that cannot be booked. Default: not. */
  readonly parks?: boolean;
  /** Reservations that an account may have open at once. Default: as many as ever. */
  readonly maxOpen?: number;
}

/** A place where nothing waits. */
export const NOTHING_PARKED: Pick<Parking, 'list' | 'claim' | 'book' | 'remove'> = {
  list: async () => new Map(),
  claim: async () => false,
  book: async () => false,
  remove: async () => undefined,
};

// One for all: two processes with the same seed would take each other's records for their own.
const chance = seededRandom(7);

/** All that one process has of the books, through its own client. */
export const openBooks = (
  client: DynamoDb,
  { maxAttempts = 3, random = chance, parks = false, ...limits }: BooksOptions = {},
): Books => {
  const tableOf = (name: string) => createTable({ client, name, clock: promptClock, random, maxAttempts });
  const table = tableOf(TABLE_NAMES.LedgerTable);
  const store = createDynamoDbBudgetStore(table, limits);
  const parking = parks ? createParking(tableOf(TABLE_NAMES.ControlTable)) : undefined;
  const events: BallastEvent[] = [];
  return {
    store,
    budgets: createBudgets(store, parking),
    usage: createDynamoDbUsageStore(table),
    parking,
    events,
    emit: (event) => events.push(event),
    rewrite: async () => undefined,
    longestCallMs: LONGEST_CALL_MS,
    notify: async () => true,
  };
};

const seen = (month: AccountMonth | undefined) => ({
  month: month?.month ?? 0n,
  day: month?.days.get(DAY) ?? 0n,
  open: month?.open ?? [],
  unfinished: month?.adjustments.filter(({ note }) => note !== null) ?? [],
});

/** An account's month as it stands; zero where it has seen nothing. */
export const monthOf = async ({ store }: Pick<Books, 'store'>, account: Pick<Account, 'pk'>) =>
  seen((await store.months(account, MONTH, MONTH))[0]);

/** A tenant's, with what its shards hold. */
export const tenantMonthOf = async ({ store }: Pick<Books, 'store'>, tenantId: string) =>
  seen((await tenantMonths(store, tenantId, MONTH, MONTH))[0]);

export const recordsOf = async (usage: UsageStore, tenantId: string): Promise<UsageRecord[]> => {
  const records: UsageRecord[] = [];
  for await (const record of usage.inHour(tenantId, NOW)) records.push(record);
  return records;
};

export const costOf = (records: readonly UsageRecord[]): PicoUsd => sum(records.map(({ cost }) => cost));
