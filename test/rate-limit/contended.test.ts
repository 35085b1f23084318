import { expect, it } from 'vitest';
import { createMemoryRateStore } from '../../lib/rate-limit/memory-store.ts';
import { fromMs } from '../../lib/rate-limit/rate.ts';
import { createRateLimit } from '../../lib/rate-limit/rate-limit.ts';
import type { RateStore } from '../../lib/rate-limit/store.ts';

it('lets a call through whose bucket is full, however often others are faster', async () => {
  const memory = createMemoryRateStore();
  let now = 0;
  const clock = { now: () => (now += 1), monotonicMs: () => now, after: () => () => {} };
  // Before each of our moves another process has taken a permit; a permit is refilled before we have heard of it.
  const store: RateStore = {
    async move(key, move, options) {
      await memory.move(key, { from: null, to: fromMs(now), change: { set: fromMs(now) + 60_000_000n } }, options);
      return memory.move(key, move, options);
    },
  };
  const limit = createRateLimit({ store, clock, emit: () => {} });
  const decision = await limit.take({ key: 'tenant#a#requests', permitsPerMinute: 1_000_000 }, 1);
  expect(decision.admitted).toBe(true);
});
