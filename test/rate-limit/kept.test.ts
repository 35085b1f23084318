import fc from 'fast-check';
import { expect, it } from 'vitest';
import { charge, giveBack, increment, take } from '../../lib/rate-limit/decision.ts';
import { createKnownTats } from '../../lib/rate-limit/known-tats.ts';
import { createMemoryRateStore } from '../../lib/rate-limit/memory-store.ts';
import { fromMs, type Rate, toMs } from '../../lib/rate-limit/rate.ts';
import type { RateStore } from '../../lib/rate-limit/store.ts';
import { createBucketUpdater } from '../../lib/rate-limit/update-bucket.ts';
import { createFakeClock } from '../fake-clock.ts';
import { size } from '../sizes.ts';
import { NOW } from './parts.ts';

const signal = new AbortController().signal;
const DAY_MS = 86_400_000;

/** A store that forgets an item as soon as it may. */
const forgetful = (now: () => number) => {
  const kept = createMemoryRateStore();
  const expiries = new Map<string, number>();
  let generation = 0;
  const named = (key: string) => `${key}#${generation}`;
  const store: RateStore = {
    async move(key, move, options) {
      if ((expiries.get(key) ?? Infinity) * 1_000 <= now()) generation += 1;
      const moved = await kept.move(named(key), move, options);
      if (moved.applied) expiries.set(key, options.expiresAt);
      return moved;
    },
  };
  return store;
};

const step = fc.record({
  afterMs: fc.oneof(fc.nat(5_000), fc.nat(2 * DAY_MS)),
  act: fc.constantFrom('take', 'charge', 'back' as const),
  cost: fc.integer({ min: 1, max: 300 }),
});

it.each([
  ['a minute', 60_000],
  ['an hour', 3_600_000],
  ['a day', DAY_MS],
])('a bucket of %s is kept until it is full, however deep its debt', async (_title, burstMs) => {
  const rate: Rate = { interval: fromMs(burstMs / 100), burst: fromMs(burstMs) };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const clock = createFakeClock(NOW);
      const settleOn = (store: RateStore) => createBucketUpdater({ store, clock, known: createKnownTats(clock) });
      const [real, ideal] = [settleOn(forgetful(() => clock.now())), settleOn(createMemoryRateStore())];
      for (const { afterMs, act, cost } of steps) {
        await clock.advance(afterMs);
        const now = fromMs(clock.now());
        const answers = await Promise.all(
          [real, ideal].map(async (updater) => {
            if (act === 'back') {
              const back = giveBack(rate, increment(rate, cost), now + rate.burst, now);
              const moved = back === null ? null : await updater.once('a', back, signal);
              return moved?.applied === true ? moved.tat : 'no';
            }
            const decide = act === 'take' ? take : charge;
            const settled = await updater.update('a', (tat, at) => decide(rate, cost, tat, at), signal);
            return settled.kind === 'refuse' ? toMs(settled.tat - now) : settled.kind === 'moved' ? settled.tat : 'no';
          }),
        );
        expect(answers[0]).toEqual(answers[1]);
      }
    }),
    { seed: 20261130, numRuns: size(60, 2_000) },
  );
});
