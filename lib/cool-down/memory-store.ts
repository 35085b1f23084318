import type { Clock } from '../kernel/clock.ts';
import { longest, NOBODY, type Ends } from './ends.ts';
import type { CoolDownStore } from './store.ts';

/** For tests, and for an environment without a table. */
export const createMemoryCoolDownStore = ({ clock }: { readonly clock: Clock }): CoolDownStore => {
  const rows = new Map<string, Ends>();
  const at = (name: string): Ends => longest(rows.get(name) ?? NOBODY, NOBODY, clock.now());
  return {
    async extend(name, who, until) {
      const ends = at(name);
      if ((ends.get(who) ?? -Infinity) >= until) return false;
      rows.set(name, new Map([...ends, [who, until]]));
      return true;
    },
    list: async (name) => at(name),
  };
};
