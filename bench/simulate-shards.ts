/** Spends a budget to its end by the stores themselves, on one item and on shards. Seeded; nothing leaves memory. */
import { tenantAccount } from '../lib/budget/account.ts';
import { createBudgets } from '../lib/budget/budgets.ts';
import { createMemoryBudgetStore } from '../lib/budget/memory-store.ts';
import type { Reservation } from '../lib/budget/reservation.ts';
import type { BudgetStore } from '../lib/budget/store.ts';
import type { Random } from '../lib/kernel/clock.ts';
import { pico, type PicoUsd } from '../lib/kernel/money.ts';
import { seededRandom } from '../test/seeded-random.ts';
import { newReservation } from './reservations.ts';
import type { Section } from './section.ts';

const SHARDS = [null, 4, 16] as const;
const SEEDS = Array.from({ length: 12 }, (_, at) => at + 1);

/** The budget in reservations, calls a second, and how long each lasts. */
const BUDGET = 250;
const CALLS_PER_SECOND = 10;
const SECONDS = 5;

const RESERVED = 1_000_000;
/** What a call costs of what it reserves: evenly from the one to the other. */
const LEAST_COST = 0.02;
const MOST_COST = 0.2;

/** Until so much of the budget is spent, a refusal is early. */
const EARLY = 0.9;

export interface Spending {
  /** Spent when the first call was refused, and when no call could be admitted any more; of the whole budget. */
  readonly spentAtFirstRefusal: number;
  readonly spentAtEnd: number;
  /** Calls refused, of all that were asked until `EARLY` of the budget was spent. */
  readonly refusedEarly: number;
  /** Requests of the store that a call needs besides its own reservation and settlement, on average. */
  readonly more: number;
}

const counting = (store: BudgetStore, count: { requests: number }): BudgetStore => ({
  ...store,
  reserve: (...asked) => ((count.requests += 1), store.reserve(...asked)),
  month: (...asked) => ((count.requests += 1), store.month(...asked)),
  move: (...asked) => ((count.requests += 1), store.move(...asked)),
});

/** One budget until nothing fits and nothing is open. */
export const spend = async (shards: number | null, random: Random): Promise<Spending> => {
  const count = { requests: 0 };
  const budgets = createBudgets(counting(createMemoryBudgetStore(), count), undefined, random);
  const limit = pico(BigInt(BUDGET * RESERVED));
  const tenant = { ...tenantAccount('hot', { day: limit, month: limit }), ...(shards === null ? {} : { shards }) };
  const at = Date.UTC(2026, 10, 20);
  let open: { readonly held: Reservation; readonly endsAt: number; readonly cost: PicoUsd }[] = [];
  let spent = 0;
  const early = { calls: 0, refused: 0 };
  let [calls, now, isOver] = [0, 0, false];
  let spentAtFirstRefusal: number | null = null;
  while (!isOver) {
    now -= Math.log(1 - random()) / CALLS_PER_SECOND;
    for (const { held, cost } of open.filter(({ endsAt }) => endsAt <= now)) {
      await budgets.settle(held, cost);
      spent += Number(cost) / RESERVED;
    }
    open = open.filter(({ endsAt }) => endsAt > now);
    calls += 1;
    const isEarly = spent < EARLY * BUDGET;
    if (isEarly) early.calls += 1;
    const reservation = { ...newReservation('hot'), at, amount: pico(BigInt(RESERVED)) };
    const answer = await budgets.reserve({ reservation, tenant, others: [] });
    if (answer.held) {
      const cost = pico(BigInt(Math.round(RESERVED * (LEAST_COST + random() * (MOST_COST - LEAST_COST)))));
      open.push({ held: answer.reservation, endsAt: now + SECONDS, cost });
      continue;
    }
    spentAtFirstRefusal ??= spent;
    if (isEarly) early.refused += 1;
    isOver = open.length === 0;
  }
  return {
    spentAtFirstRefusal: (spentAtFirstRefusal ?? spent) / BUDGET,
    spentAtEnd: spent / BUDGET,
    refusedEarly: early.refused / early.calls,
    more: (count.requests - calls) / calls,
  };
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (share: number): string => (share * 100).toFixed(1);

const row = async (shards: number | null): Promise<string[]> => {
  const runs = await Promise.all(SEEDS.map((seed) => spend(shards, seededRandom(seed))));
  return [
    shards === null ? 'one item' : `${shards} shards`,
    percent(mean(runs.map(({ spentAtFirstRefusal }) => spentAtFirstRefusal))),
    percent(mean(runs.map(({ refusedEarly }) => refusedEarly))),
    percent(mean(runs.map(({ spentAtEnd }) => spentAtEnd))),
    mean(runs.map(({ more }) => more)).toFixed(2),
  ];
};

/** Simulates what spreading a tenant's budget over shards costs it: calls that are refused too early, and requests. */
export const shards = async (): Promise<Section> => ({
  title: 'A budget spread over shards (simulated)',
  columns: [
    '',
    'spent at the first refusal, %',
    `refused until ${EARLY * 100} % are spent, % of calls`,
    'spent at the end, %',
    'more requests of the store a call',
  ],
  rows: await Promise.all(SHARDS.map(row)),
  meaning:
    `A budget of ${BUDGET} reservations, spent to its end; ${CALLS_PER_SECOND} calls a second of ${SECONDS} s, a call costs ` +
    `${LEAST_COST * 100} to ${MOST_COST * 100} % of what it reserved. One item refuses before all is spent, because what is ` +
    'reserved is held back: waiting helps then. Shards refuse no more than that: what one lacks, others give back. So small ' +
    'a budget is the worst case, since most of its calls meet its end; the requests include those of all refused calls. ' +
    `Means of ${SEEDS.length} seeds. How it works: [ADR 0052](adr/0052-shards-of-a-hot-tenant.md).`,
  breaches: [],
});
