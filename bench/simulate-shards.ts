/** Simulates a budget that is spent to its end when it is split over several items. Seeded; nothing is read or written. */
import type { Random } from '../lib/kernel/clock.ts';
import { seededRandom } from '../test/seeded-random.ts';
import type { Section } from './section.ts';

const SHARDS = [1, 4, 16];
const SEEDS = Array.from({ length: 12 }, (_, at) => at + 1);

/** The budget in reservations, calls a second, and how long each lasts. */
const BUDGET = 250;
const CALLS_PER_SECOND = 10;
const SECONDS = 5;

/** What a call costs of what it reserves: evenly from the one to the other. */
const LEAST_COST = 0.02;
const MOST_COST = 0.2;

/** Until so much of the budget is spent, a refusal is early. */
const EARLY = 0.9;

/** How many shards a call asks, in random order, before it is refused. */
type Tries = 1 | 2 | 'all';

export interface Spending {
  /** Spent when the first call was refused, and when no call could be admitted any more; of the whole budget. */
  readonly spentAtFirstRefusal: number;
  readonly spentAtEnd: number;
  /** Calls refused, of all that were asked until `EARLY` of the budget was spent. */
  readonly refusedEarly: number;
  /** Shards asked, on average. */
  readonly asked: number;
}

interface Call {
  readonly shard: number;
  readonly endsAt: number;
  readonly cost: number;
}

const shuffled = (count: number, random: Random): number[] => {
  const left = Array.from({ length: count }, (_, at) => at);
  return Array.from({ length: count }, () => left.splice(Math.floor(random() * left.length), 1)[0] ?? 0);
};

/** One budget until nothing fits into any shard and nothing is open. A reservation is 1. */
export const spend = (shards: number, tries: Tries, random: Random): Spending => {
  const limit = BUDGET / shards;
  const counters = Array.from({ length: shards }, () => 0);
  let open: Call[] = [];
  let spent = 0;
  const early = { calls: 0, refused: 0 };
  let [calls, asked] = [0, 0];
  let spentAtFirstRefusal: number | null = null;
  const fits = (shard: number) => (counters[shard] ?? Infinity) + 1 <= limit;
  const settle = (until: number) => {
    for (const { shard, cost } of open.filter(({ endsAt }) => endsAt <= until)) {
      counters[shard] = (counters[shard] ?? 0) - 1 + cost;
      spent += cost;
    }
    open = open.filter(({ endsAt }) => endsAt > until);
  };
  for (let now = 0; open.length > 0 || counters.some((_, shard) => fits(shard));) {
    now -= Math.log(1 - random()) / CALLS_PER_SECOND;
    settle(now);
    const order = shuffled(shards, random).slice(0, tries === 'all' ? shards : tries);
    const place = order.findIndex(fits);
    calls += 1;
    const isEarly = spent < EARLY * BUDGET;
    if (isEarly) early.calls += 1;
    asked += place < 0 ? order.length : place + 1;
    const shard = order[place];
    if (shard === undefined) {
      spentAtFirstRefusal ??= spent;
      if (isEarly) early.refused += 1;
      continue;
    }
    counters[shard] = (counters[shard] ?? 0) + 1;
    open.push({ shard, endsAt: now + SECONDS, cost: LEAST_COST + random() * (MOST_COST - LEAST_COST) });
  }
  return {
    spentAtFirstRefusal: (spentAtFirstRefusal ?? spent) / BUDGET,
    spentAtEnd: spent / BUDGET,
    refusedEarly: early.refused / early.calls,
    asked: asked / calls,
  };
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (share: number): string => (share * 100).toFixed(1);

const row = (shards: number, tries: Tries): string[] => {
  const runs = SEEDS.map((seed) => spend(shards, tries, seededRandom(seed)));
  return [
    shards === 1 ? 'one item' : `${shards} items, ${tries === 'all' ? 'all' : tries} asked at most`,
    percent(mean(runs.map(({ spentAtFirstRefusal }) => spentAtFirstRefusal))),
    percent(mean(runs.map(({ refusedEarly }) => refusedEarly))),
    percent(mean(runs.map(({ spentAtEnd }) => spentAtEnd))),
    mean(runs.map(({ asked }) => asked)).toFixed(2),
  ];
};

/** Simulates what splitting a tenant's budget costs it in calls that are refused too early. */
export const shards = (): Section => ({
  title: 'A budget split over several items (simulated)',
  columns: [
    '',
    'spent at the first refusal, %',
    `refused until ${EARLY * 100} % are spent, % of calls`,
    'spent at the end, %',
    'items asked a call',
  ],
  rows: SHARDS.flatMap((count) =>
    count === 1 ? [row(1, 1)] : ([1, 2, 'all'] as const).map((tries) => row(count, tries)),
  ),
  meaning:
    `A budget of ${BUDGET} reservations, each item with its equal part and none lent to another; ${CALLS_PER_SECOND} calls a ` +
    `second of ${SECONDS} s, a call costs ${LEAST_COST * 100} to ${MOST_COST * 100} % of what it reserved. Even one item refuses ` +
    'before all is spent, because what is reserved is held back: waiting helps then. What is spent at the end leaves in ' +
    `each item less than one reservation. Means of ${SEEDS.length} seeds; a call’s output is not lowered to what is left, ` +
    'which would bring every line nearer to 100 %.',
  breaches: [],
});
