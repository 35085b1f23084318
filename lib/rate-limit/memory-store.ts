import type { Picoseconds } from './rate.ts';
import type { RateStore } from './store.ts';

/** For tests, and for an environment without a table. */
export const createMemoryRateStore = (): RateStore => {
  const tats = new Map<string, Picoseconds>();
  return {
    async move(key, { from, to, change }) {
      const tat = tats.get(key) ?? null;
      const isWithin = tat === null ? from === null : (from === null || tat >= from) && tat <= to;
      if (!isWithin) return { applied: false, tat };
      const next = 'set' in change ? change.set : (tat ?? 0n) + change.add;
      tats.set(key, next);
      return { applied: true, tat: next };
    },
  };
};
