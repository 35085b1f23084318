import type { Clock } from '../kernel/clock.ts';
import type { Rest } from './rest.ts';
import { isForgotten, type RestStore } from './store.ts';

/** For tests, and for an environment without a table. */
export const createMemoryRestStore = ({ clock }: { readonly clock: Pick<Clock, 'now'> }): RestStore => {
  const rows = new Map<string, Rest>();
  const find = (name: string): Rest | null => {
    const rest = rows.get(name);
    return rest === undefined || isForgotten(rest, clock.now()) ? null : rest;
  };
  return {
    get: async (name) => find(name),
    async replace(name, version, next) {
      if ((find(name)?.version ?? 0) !== version) return false;
      rows.set(name, next);
      return true;
    },
    async list(prefix) {
      const names = [...rows.keys()].filter((name) => name.startsWith(prefix)).sort();
      return names.flatMap((name) => {
        const rest = find(name);
        return rest === null ? [] : [{ name, rest }];
      });
    },
  };
};
