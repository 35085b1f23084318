/** Simulates takers of the last free slots on the product's own code, over a store in memory. Seeded. */
import type { Clock, Random } from '../lib/kernel/clock.ts';
import { holdingOf } from '../lib/rate-limit/held-slot.ts';
import { createMemorySlotStore } from '../lib/rate-limit/memory-slot-store.ts';
import type { SlotStore } from '../lib/rate-limit/slot-store.ts';
import { createSlots } from '../lib/rate-limit/slots.ts';
import { seededRandom } from '../test/seeded-random.ts';
import type { Section } from './section.ts';

const TRIALS = 1_000;
const RANDOM_TRIES = 5;
const TENANT = 'acme';

const CASES = [
  { slots: 10, free: 1, takers: 1 },
  { slots: 100, free: 1, takers: 1 },
  { slots: 100, free: 10, takers: 1 },
  { slots: 100, free: 10, takers: 10 },
  { slots: 100, free: 10, takers: 30 },
];

/** Stands still: nothing is prolonged, and nothing expires. */
const clock: Clock = { now: () => 1_000_000, monotonicMs: () => 0, after: () => () => undefined };

const ENDLESS = { remainingMs: () => Number.POSITIVE_INFINITY, signal: new AbortController().signal };

type Take = (holder: string, count: number) => Promise<boolean>;

/** As runs do. */
export const byQuery = (store: SlotStore, random: Random): Take => {
  const slots = createSlots({ store, clock, random, emit: () => undefined });
  return async (holder, count) => (await slots.take(TENANT, holder, count, ENDLESS)).held;
};

/** As is often done: so many random tries, and no look at what is free. */
export const byChance =
  (store: SlotStore, random: Random): Take =>
  async (holder, count) => {
    for (let tries = 0; tries < RANDOM_TRIES; tries += 1) {
      const slot = { tenantId: TENANT, number: Math.floor(random() * count) };
      if (await store.claim(slot, holdingOf(holder, clock.now(), ENDLESS), clock.now())) return true;
    }
    return false;
  };

type Case = (typeof CASES)[number];

/** Which share of the takers was refused while a slot stayed free, and what a taker asked of the store. */
export const missed = async (
  { slots, free, takers }: Case,
  create: (store: SlotStore, random: Random) => Take,
  trials = TRIALS,
): Promise<{ readonly missed: number; readonly operations: number }> => {
  const random = seededRandom(20261120);
  let [misses, operations] = [0, 0];
  for (let trial = 0; trial < trials; trial += 1) {
    const store = createMemorySlotStore();
    const hold = (number: number) =>
      store.claim({ tenantId: TENANT, number }, holdingOf('earlier', clock.now(), ENDLESS), clock.now());
    await Promise.all(Array.from({ length: slots - free }, (_, number) => hold(number)));
    const counting: SlotStore = {
      ...store,
      claim: (...asked) => ((operations += 1), store.claim(...asked)),
      held: (...asked) => ((operations += 1), store.held(...asked)),
    };
    const take = create(counting, random);
    const taken = await Promise.all(Array.from({ length: takers }, (_, at) => take(`taker-${at}`, slots)));
    misses += Math.min(free, takers) - taken.filter(Boolean).length;
  }
  return { missed: misses / trials / takers, operations: operations / trials / takers };
};

/** Simulates how often a run is refused although a slot is free. */
export const slotMisses = async (): Promise<Section> => {
  const rows: string[][] = [];
  for (const each of CASES) {
    const [chance, query] = [await missed(each, byChance), await missed(each, byQuery)];
    const figures = [chance, query].flatMap((found) => [(found.missed * 100).toFixed(1), found.operations.toFixed(1)]);
    rows.push([`${each.free} of ${each.slots} free, ${each.takers} at once`, ...figures]);
  }
  return {
    title: 'A free slot that is not found (simulated)',
    columns: [
      '',
      `${RANDOM_TRIES} random tries: missed, %`,
      'operations',
      'a query after the first miss: missed, %',
      'operations',
    ],
    rows,
    meaning:
      '*Missed*: takers who were refused and could each have had a slot that stayed free. The second is what runs do, on the ' +
      `product’s own code; all takers go in step, which is the worst case. ${TRIALS} trials a line; operations are those of ` +
      'one taker, on average.',
    breaches: [],
  };
};
